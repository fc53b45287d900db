//! Tax ids, by the forms in which countries write them.

/// Country by country: `9` stands for a digit, `A` for a capital letter, `X` for either, everything else for itself. The
/// forms of the European Union are those of its VIES.
const FORMS: &[(&str, &[&str])] = &[
    ("AT", &["ATU99999999"]),
    ("BE", &["BE0999999999", "BE1999999999"]),
    ("BG", &["BG999999999", "BG9999999999"]),
    (
        "CH",
        &[
            "CHE-999.999.999",
            "CHE999999999",
            "CHE-999.999.999 MWST",
            "CHE-999.999.999 TVA",
            "CHE-999.999.999 IVA",
        ],
    ),
    ("CY", &["CY99999999A"]),
    ("CZ", &["CZ99999999", "CZ999999999", "CZ9999999999"]),
    ("DE", &["DE999999999"]),
    ("DK", &["DK99999999"]),
    ("EE", &["EE999999999"]),
    ("ES", &["ESX9999999X"]),
    ("FI", &["FI99999999"]),
    ("FR", &["FRXX999999999"]),
    ("GB", &["GB999999999", "GB999999999999", "GBGD999", "GBHA999"]),
    ("GR", &["EL999999999"]),
    ("HR", &["HR99999999999"]),
    ("HU", &["HU99999999"]),
    ("IE", &["IE9999999A", "IE9999999AA", "IE9A99999A"]),
    ("IT", &["IT99999999999"]),
    ("LT", &["LT999999999", "LT999999999999"]),
    ("LU", &["LU99999999"]),
    ("LV", &["LV99999999999"]),
    ("MT", &["MT99999999"]),
    ("NL", &["NL999999999B99"]),
    ("NO", &["NO999999999", "NO999999999MVA"]),
    ("PL", &["PL9999999999"]),
    ("PT", &["PT999999999"]),
    (
        "RO",
        &[
            "RO99",
            "RO999",
            "RO9999",
            "RO99999",
            "RO999999",
            "RO9999999",
            "RO99999999",
            "RO999999999",
            "RO9999999999",
        ],
    ),
    ("SE", &["SE999999999999"]),
    ("SI", &["SI99999999"]),
    ("SK", &["SK9999999999"]),
    ("US", &["99-9999999"]),
];

/// Whether `tax_id` is written as `country` writes them. Of a country whose form is not known, letters, digits, hyphens, dots
/// and slashes are taken; without a country nothing is.
pub(super) fn is_well_formed(country: &str, tax_id: &str) -> bool {
    match FORMS.iter().find(|(of, _)| *of == country) {
        Some((_, forms)) => forms.iter().any(|form| fits(form, tax_id)),
        None => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | ' ');
            !country.is_empty() && (4..=32).contains(&tax_id.len()) && tax_id.chars().all(plain)
        }
    }
}

fn fits(form: &str, text: &str) -> bool {
    let matches = |(form, c): (char, char)| match form {
        '9' => c.is_ascii_digit(),
        'A' => c.is_ascii_uppercase(),
        'X' => c.is_ascii_digit() || c.is_ascii_uppercase(),
        other => c == other,
    };
    // Where a country's own letters stand, `A` would be taken for any letter.
    let (prefix, rest) = form.split_at(form.find(['9', 'X']).unwrap_or(form.len()).min(2));
    text.strip_prefix(prefix)
        .is_some_and(|text| text.len() == rest.len() && rest.chars().zip(text.chars()).all(matches))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_listed_once_a_country() {
        assert!(FORMS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn tax_ids_have_their_country_s_form() {
        let table = [
            ("DE", "DE123456789", true),
            ("DE", "DE12345678", false),
            ("DE", "de123456789", false),
            ("DE", "123456789", false),
            ("AT", "ATU12345678", true),
            ("AT", "ABU12345678", false),
            ("FR", "FRXX999999999", true),
            ("FR", "FR12345678901", true),
            ("ES", "ESX1234567X", true),
            ("NL", "NL123456789B01", true),
            ("NL", "NL123456789A01", false),
            ("IE", "IE1234567FA", true),
            ("GB", "GBGD123", true),
            ("GR", "EL123456789", true),
            ("US", "12-3456789", true),
            ("US", "123456789", false),
            ("JP", "T1234567890123", true),
            ("JP", "T12\u{e9}", false),
            ("JP", "T", false),
            ("", "DE123456789", false),
        ];
        for (country, tax_id, expected) in table {
            assert_eq!(is_well_formed(country, tax_id), expected, "{country} {tax_id}");
        }
    }
}
