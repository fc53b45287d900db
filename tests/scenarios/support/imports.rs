//! Files of people, sent through the gateway.

use futures::stream;
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::import_users_request::Part;
use proto::admin::v1::{
    DownloadImportFailuresRequest, GetImportRequest, Import, ImportFailure, ImportOptions, ImportUsersRequest,
    ListImportFailuresRequest,
};
use testkit::eventually;
use tonic::Status;
use tonic_types::RpcStatusExt;

use super::owner::Owner;
use super::world::PATIENCE;

/// A file with the columns that are required.
pub fn sheet(emails: &[&str]) -> String {
    let row = |email: &&str| format!("{email},Ada,Lovelace\n");
    let rows: String = emails.iter().map(row).collect();
    format!("email,given_name,family_name\n{rows}")
}

/// Sends a file in pieces of this many octets.
pub async fn send(owner: &Owner, options: ImportOptions, file: &[u8], piece: usize) -> Result<Import, Status> {
    let options = ImportUsersRequest {
        part: Some(Part::Options(options)),
    };
    let pieces = file.chunks(piece).map(|content| ImportUsersRequest {
        part: Some(Part::Content(content.to_vec())),
    });
    let messages: Vec<_> = [options].into_iter().chain(pieces).collect();
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let answer = client.import_users(owner.request(stream::iter(messages))).await?;
    Ok(answer.into_inner().import.unwrap())
}

/// Sends a file.
pub async fn import(owner: &Owner, options: ImportOptions, file: &str) -> Result<Import, Status> {
    send(owner, options, file.as_bytes(), 1024 * 1024).await
}

/// An import as it is.
pub async fn look(owner: &Owner, import_id: &str) -> Result<Import, Status> {
    let message = GetImportRequest {
        import_id: import_id.into(),
    };
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let answer = client.get_import(owner.request(message)).await?;
    Ok(answer.into_inner().import.unwrap())
}

/// An import when it has ended.
pub async fn ended(owner: &Owner, import_id: &str) -> Import {
    eventually(PATIENCE * 20, async || match look(owner, import_id).await {
        Ok(import) if import.end_time.is_some() => Ok(import),
        other => Err(format!("{other:?}")),
    })
    .await
}

/// The rows that failed.
pub async fn failures(owner: &Owner, import_id: &str) -> Vec<ImportFailure> {
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let (mut failures, mut page_token) = (Vec::new(), String::new());
    loop {
        let message = ListImportFailuresRequest {
            import_id: import_id.into(),
            page_size: 3,
            page_token,
        };
        let page = client
            .list_import_failures(owner.request(message))
            .await
            .unwrap()
            .into_inner();
        failures.extend(page.failures);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return failures;
        }
    }
}

/// The same as a file.
pub async fn failed_file(owner: &Owner, import_id: &str) -> String {
    let message = DownloadImportFailuresRequest {
        import_id: import_id.into(),
    };
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let answer = client.download_import_failures(owner.request(message)).await;
    let mut pieces = answer.unwrap().into_inner();
    let mut file = Vec::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        file.extend(piece.content);
    }
    String::from_utf8(file).unwrap()
}

/// On which line a row failed, and why.
pub fn reason(failure: &ImportFailure) -> (i64, String) {
    let details = failure.error.as_ref().unwrap().get_error_details();
    (failure.line, details.error_info().unwrap().reason.clone())
}
