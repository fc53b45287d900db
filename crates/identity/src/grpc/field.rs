//! Fields that many messages have.

use types::{InvalidName, Name, PageSize, RequestId};

use crate::domain::description::Description;
use crate::domain::error::Error;
use crate::domain::fault::Violation;

/// An id.
pub fn read_id<T: std::str::FromStr>(field: &'static str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::IdMalformed { field })
}

/// The size of a page.
pub fn read_page_size(size: i32) -> Result<PageSize, Error> {
    PageSize::parse(size).map_err(|_| Error::PageSizeInvalid)
}

/// The id of a request that may have one.
pub fn read_request_id(text: &str) -> Result<Option<RequestId>, Error> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::RequestIdMalformed),
    }
}

/// A name in a field.
pub fn read_name(field: &str, text: &str) -> Result<Name, Error> {
    Name::parse(text).map_err(|invalid| Error::Field(Violation::new(invalid.into(), field)))
}

/// What names may begin with: nothing, or what a name itself may hold.
pub fn read_prefix<'a>(field: &str, text: &'a str) -> Result<&'a str, Error> {
    match Name::parse(text) {
        Ok(_) | Err(InvalidName::Missing) => Ok(text),
        Err(invalid) => Err(Error::Field(Violation::new(invalid.into(), field))),
    }
}

/// A description in a field.
pub fn read_description(field: &str, text: &str) -> Result<Description, Error> {
    Description::parse(text).map_err(|fault| Error::Field(Violation::new(fault, field)))
}
