//! How many rows of a list one answer carries (AIP-158).

/// The size of a page: 1 to 500, 50 unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u16);

/// A page size below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a page size is not negative")]
pub struct InvalidPageSize;

impl PageSize {
    /// The most rows a page has.
    pub const MAX: u16 = 500;
    const DEFAULT: u16 = 50;

    /// Reads a wished size: 0 means the default, more than the maximum means the maximum.
    ///
    /// # Errors
    /// [`InvalidPageSize`] when it is negative.
    pub fn parse(size: i32) -> Result<Self, InvalidPageSize> {
        match u16::try_from(size) {
            Ok(0) => Ok(Self(Self::DEFAULT)),
            Ok(size) => Ok(Self(size.min(Self::MAX))),
            Err(_) if size > 0 => Ok(Self(Self::MAX)),
            Err(_) => Err(InvalidPageSize),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_defaulted_and_capped() {
        for (size, rows) in [(0, 50), (1, 1), (500, 500), (501, 500), (i32::MAX, 500)] {
            assert_eq!(PageSize::parse(size).unwrap().rows(), rows);
        }
        assert_eq!(PageSize::parse(-1), Err(InvalidPageSize));
    }
}
