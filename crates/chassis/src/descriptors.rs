//! What a process serves, read from the descriptors: the names of its services, and the files reflection may show.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use prost_types::FileDescriptorProto;

/// `FileDescriptorSet.file`.
const FILE: u32 = 1;

/// The descriptors cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the descriptors cannot be read: {0}")]
pub struct InvalidDescriptors(#[from] prost::DecodeError);

/// A part of the descriptors.
#[derive(Debug)]
pub(crate) struct Served {
    /// The full names of the services.
    pub services: Vec<String>,
    /// The names of their methods, each `package.Service/Method`.
    pub methods: Vec<String>,
    /// Their files and what those import, encoded as a `FileDescriptorSet`; custom options are kept.
    pub descriptors: Vec<u8>,
}

/// The services of `packages`, with the files they need and no others: a package that is not named cannot be reflected.
pub(crate) fn served(descriptors: &[u8], packages: &[&str]) -> Result<Served, InvalidDescriptors> {
    let files = split(descriptors)?;
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<&str> = Vec::new();
    let (mut services, mut methods) = (Vec::new(), Vec::new());
    for (name, (file, _)) in &files {
        if packages.contains(&file.package()) {
            queue.push(name);
            for service in &file.service {
                let name = format!("{}.{}", file.package(), service.name());
                methods.extend(service.method.iter().map(|method| format!("{name}/{}", method.name())));
                services.push(name);
            }
        }
    }
    while let Some(name) = queue.pop() {
        if let Some((file, _)) = files.get(name)
            && wanted.insert(name.to_owned())
        {
            queue.extend(file.dependency.iter().map(String::as_str));
        }
    }
    let mut encoded = Vec::new();
    for (_, bytes) in files
        .iter()
        .filter(|(name, _)| wanted.contains(*name))
        .map(|(_, file)| file)
    {
        encode_key(FILE, WireType::LengthDelimited, &mut encoded);
        encode_varint(bytes.len() as u64, &mut encoded);
        encoded.extend_from_slice(bytes);
    }
    Ok(Served {
        services,
        methods,
        descriptors: encoded,
    })
}

/// Each file by its name, decoded and as it was encoded: prost drops custom options when it decodes.
fn split(mut set: &[u8]) -> Result<BTreeMap<String, (FileDescriptorProto, &[u8])>, InvalidDescriptors> {
    let mut files = BTreeMap::new();
    while set.has_remaining() {
        let (field, _) = decode_key(&mut set)?;
        let length = usize::try_from(decode_varint(&mut set)?).unwrap_or(usize::MAX);
        let (bytes, rest) = set.split_at_checked(length).ok_or_else(truncated)?;
        set = rest;
        if field == FILE {
            let file = FileDescriptorProto::decode(bytes)?;
            files.insert(file.name().to_owned(), (file, bytes));
        }
    }
    Ok(files)
}

fn truncated() -> prost::DecodeError {
    #[expect(deprecated, reason = "prost offers no other way to make its own error")]
    prost::DecodeError::new("truncated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_packages_and_their_imports_are_shown() {
        let packages = ["usher.identity.v1", "usher.admin.v1"];
        let served = served(proto::FILE_DESCRIPTOR_SET, &packages).unwrap();
        assert!(
            served.services.contains(&"usher.identity.v1.SessionService".to_owned()),
            "{:?}",
            served.services
        );
        assert!(
            served.services.iter().all(|name| !name.contains(".internal.")),
            "{:?}",
            served.services
        );
        let files = split(&served.descriptors).unwrap();
        assert!(
            files.keys().any(|name| name.ends_with("access.proto")),
            "imports are kept: {:?}",
            files.keys()
        );
        assert!(
            files.values().all(|(file, _)| !file.package().contains(".internal.")),
            "{:?}",
            files.keys()
        );
    }

    #[test]
    fn the_whole_set_is_split_and_put_together_unchanged() {
        let files = split(proto::FILE_DESCRIPTOR_SET).unwrap();
        let packages: Vec<_> = files.values().map(|(file, _)| file.package()).collect();
        let whole = served(proto::FILE_DESCRIPTOR_SET, &packages).unwrap();
        assert_eq!(whole.descriptors.len(), proto::FILE_DESCRIPTOR_SET.len());
    }

    #[test]
    fn broken_descriptors_are_an_error() {
        assert!(served(&[0x0a, 0x7f, 1], &[]).is_err());
        assert!(served(&[0xff], &[]).is_err());
    }
}
