//! A page token leads on in its own query, and nowhere else.

use storage::{InvalidPageToken, page};

const QUERY: (&str, &str) = ("acc_1", "ListPeople");

#[test]
fn a_token_leads_to_the_key_it_was_made_of() {
    let token = page::encode(&QUERY, &("anna@example.com", 7));
    assert_eq!(
        page::decode(&QUERY, &token),
        Ok(Some(("anna@example.com".to_owned(), 7)))
    );
}

#[test]
fn no_token_asks_for_the_first_page() {
    assert_eq!(page::decode::<String>(&QUERY, ""), Ok(None));
}

#[test]
fn a_token_of_another_query_is_refused() {
    let token = page::encode(&QUERY, &"anna");
    for other in [("acc_2", "ListPeople"), ("acc_1", "ListGroups")] {
        assert_eq!(page::decode::<String>(&other, &token), Err(InvalidPageToken));
    }
}

#[test]
fn a_token_altered_anywhere_is_refused() {
    let token = page::encode(&QUERY, &"anna");
    for at in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(
            page::decode::<String>(&QUERY, &altered),
            Err(InvalidPageToken),
            "{altered}"
        );
    }
    for short in 1..token.len() {
        assert_eq!(page::decode::<String>(&QUERY, &token[..short]), Err(InvalidPageToken));
    }
}

#[test]
fn a_token_that_was_never_one_is_refused() {
    for text in ["-", "0", "anna", "🦀", " ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(page::decode::<String>(&QUERY, text), Err(InvalidPageToken), "{text}");
    }
}

#[test]
fn a_token_of_another_kind_of_key_is_refused() {
    let token = page::encode(&QUERY, &"anna");
    assert_eq!(page::decode::<u64>(&QUERY, &token), Err(InvalidPageToken));
}
