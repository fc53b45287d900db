//! Which fields of a resource a request changes (AIP-134).

use prost_types::FieldMask;

use crate::domain::error::Error;

/// The fields that a request names; none when it has no mask.
#[derive(Debug)]
pub struct Mask(Option<Vec<String>>);

impl Mask {
    /// Reads a mask that may name these fields, or all of them by `*`.
    ///
    /// # Errors
    /// [`Error::UpdateMaskInvalid`] when it names another one.
    pub fn read(mask: Option<FieldMask>, fields: &[&str]) -> Result<Self, Error> {
        let Some(FieldMask { paths }) = mask.filter(|mask| !mask.paths.is_empty()) else {
            return Ok(Self(None));
        };
        if paths == ["*"] {
            return Ok(Self(Some(fields.iter().map(|&field| field.to_owned()).collect())));
        }
        match paths.iter().all(|path| fields.contains(&path.as_str())) {
            true => Ok(Self(Some(paths))),
            false => Err(Error::UpdateMaskInvalid),
        }
    }

    /// Whether a field is to change: it is named or, without a mask, not empty.
    pub fn names(&self, field: &str, is_set: bool) -> bool {
        match &self.0 {
            Some(paths) => paths.iter().any(|path| path == field),
            None => is_set,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paths: &[&str]) -> Result<Mask, Error> {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        Mask::read(Some(FieldMask { paths }), &["name", "description"])
    }

    #[test]
    fn a_mask_names_its_fields_and_none_names_those_that_are_set() {
        let mask = read(&["name"]).unwrap();
        assert!(mask.names("name", false) && !mask.names("description", true));
        let mask = read(&["*"]).unwrap();
        assert!(mask.names("name", false) && mask.names("description", false));
        for mask in [read(&[]), Mask::read(None, &["name"])] {
            let mask = mask.unwrap();
            assert!(mask.names("name", true) && !mask.names("name", false));
        }
    }

    #[test]
    fn what_cannot_be_changed_is_refused() {
        for path in ["id", "etag", "user_count", "name.x", "", "Name"] {
            assert!(matches!(read(&["name", path]), Err(Error::UpdateMaskInvalid)), "{path}");
        }
        assert!(matches!(read(&["*", "name"]), Err(Error::UpdateMaskInvalid)));
    }
}
