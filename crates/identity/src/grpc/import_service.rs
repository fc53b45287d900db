//! usher.admin.v1.ImportService.

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use proto::admin::v1 as admin;
use proto::admin::v1::import_service_server::ImportService;
use proto::admin::v1::import_users_request::Part;
use tonic::{Code, Request, Response, Status, Streaming};
use types::{ImportId, PageSize, Permission};

use super::import::{read_options, write, write_failure, write_row, write_sheet};
use crate::app::{App, Upload, origin};
use crate::domain::error::Error;
use crate::domain::import::{ImportFailure, MAX_PIECE};
use crate::domain::sheet::TEMPLATE;

/// By it spreadsheets know that a file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// How many failures are in one piece of a file.
const PIECE_ROWS: i64 = 500;

/// Importing people from files.
pub struct Imports(pub App);

impl Imports {
    async fn take(&self, upload: &mut Upload, mut pieces: Streaming<admin::ImportUsersRequest>) -> Result<(), Error> {
        while let Some(message) = pieces.message().await.map_err(|status| broken(&status))? {
            match message.part {
                Some(Part::Content(content)) if content.len() <= MAX_PIECE => upload.put(&content).await?,
                Some(Part::Content(_) | Part::Options(_)) | None => return Err(Error::ImportMalformed),
            }
        }
        Ok(())
    }
}

#[tonic::async_trait]
impl ImportService for Imports {
    async fn import_users(
        &self,
        request: Request<Streaming<admin::ImportUsersRequest>>,
    ) -> Result<Response<admin::ImportUsersResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let person = *caller.person()?;
        let mut pieces = request.into_inner();
        let first = pieces.message().await.map_err(|status| broken(&status))?;
        let Some(Part::Options(options)) = first.and_then(|message| message.part) else {
            return Err(Error::ImportMalformed.into());
        };
        let upload = self
            .0
            .import_users(&person, origin(&caller, ""), read_options(&options));
        let mut upload = upload.await?;
        let id = upload.id();
        let import = match self.take(&mut upload, pieces).await {
            Ok(()) => upload.end(options.force).await,
            Err(error) => Err(error),
        };
        if import.is_err() {
            Upload::discard(&self.0, id).await;
        }
        Ok(Response::new(admin::ImportUsersResponse {
            import: Some(write(import?, person.can(Permission::AssignRoles))),
        }))
    }

    async fn get_import(
        &self,
        request: Request<admin::GetImportRequest>,
    ) -> Result<Response<admin::GetImportResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let import = self
            .0
            .get_import(&person, read_id(&request.get_ref().import_id)?)
            .await?;
        Ok(Response::new(admin::GetImportResponse {
            import: Some(write(import, person.can(Permission::AssignRoles))),
        }))
    }

    async fn list_imports(
        &self,
        request: Request<admin::ListImportsRequest>,
    ) -> Result<Response<admin::ListImportsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let size = PageSize::parse(message.page_size).map_err(|_| Error::PageSizeInvalid)?;
        let (imports, next_page_token) = self.0.list_imports(&person, size, &message.page_token).await?;
        let sees_roles = person.can(Permission::AssignRoles);
        Ok(Response::new(admin::ListImportsResponse {
            imports: imports.into_iter().map(|import| write(import, sees_roles)).collect(),
            next_page_token,
        }))
    }

    type WatchImportStream = BoxStream<'static, Result<admin::WatchImportResponse, Status>>;

    async fn watch_import(
        &self,
        request: Request<admin::WatchImportRequest>,
    ) -> Result<Response<Self::WatchImportStream>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let imports = self
            .0
            .watch_import(&person, read_id(&request.get_ref().import_id)?)
            .await?;
        let sees_roles = person.can(Permission::AssignRoles);
        let response = move |import| admin::WatchImportResponse {
            import: Some(write(import, sees_roles)),
        };
        Ok(Response::new(imports.map_ok(response).map_err(Status::from).boxed()))
    }

    async fn cancel_import(
        &self,
        request: Request<admin::CancelImportRequest>,
    ) -> Result<Response<admin::CancelImportResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let person = *caller.person()?;
        let id = read_id(&request.get_ref().import_id)?;
        let import = self.0.cancel_import(&caller, &person, id).await?;
        Ok(Response::new(admin::CancelImportResponse {
            import: Some(write(import, person.can(Permission::AssignRoles))),
        }))
    }

    async fn list_import_rows(
        &self,
        request: Request<admin::ListImportRowsRequest>,
    ) -> Result<Response<admin::ListImportRowsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let size = PageSize::parse(message.page_size).map_err(|_| Error::PageSizeInvalid)?;
        let id = read_id(&message.import_id)?;
        let page = self.0.list_import_rows(&person, id, size, &message.page_token);
        let (rows, next_page_token) = page.await?;
        Ok(Response::new(admin::ListImportRowsResponse {
            rows: rows.into_iter().map(write_row).collect(),
            next_page_token,
        }))
    }

    async fn list_import_failures(
        &self,
        request: Request<admin::ListImportFailuresRequest>,
    ) -> Result<Response<admin::ListImportFailuresResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let size = PageSize::parse(message.page_size).map_err(|_| Error::PageSizeInvalid)?;
        let id = read_id(&message.import_id)?;
        let page = self.0.list_import_failures(&person, id, size, &message.page_token);
        let (failures, next_page_token) = page.await?;
        Ok(Response::new(admin::ListImportFailuresResponse {
            failures: failures.into_iter().map(write_failure).collect(),
            next_page_token,
        }))
    }

    type DownloadImportFailuresStream = BoxStream<'static, Result<admin::DownloadImportFailuresResponse, Status>>;

    async fn download_import_failures(
        &self,
        request: Request<admin::DownloadImportFailuresRequest>,
    ) -> Result<Response<Self::DownloadImportFailuresStream>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let import = self
            .0
            .get_import(&person, read_id(&request.get_ref().import_id)?)
            .await?;
        let app = self.0.clone();
        let pieces = stream::try_unfold(Some(0), move |after: Option<i64>| {
            let (app, id, columns) = (app.clone(), import.id, import.columns.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let failures = app.failures_after(id, after, PIECE_ROWS).await?;
                let content = piece(&columns, after == 0, &failures)?;
                let next = failures.last().map(|failure| failure.row);
                Ok::<_, Status>(Some((admin::DownloadImportFailuresResponse { content }, next)))
            }
        });
        Ok(Response::new(pieces.boxed()))
    }

    async fn get_import_template(
        &self,
        _: Request<admin::GetImportTemplateRequest>,
    ) -> Result<Response<admin::GetImportTemplateResponse>, Status> {
        Ok(Response::new(admin::GetImportTemplateResponse {
            content: TEMPLATE.as_bytes().to_vec(),
        }))
    }
}

fn piece(columns: &[String], begins: bool, failures: &[ImportFailure]) -> Result<Vec<u8>, Error> {
    let lines = write_sheet(columns, begins, failures)?;
    Ok(if begins {
        [BYTE_ORDER_MARK, &lines].concat()
    } else {
        lines
    })
}

fn read_id(text: &str) -> Result<ImportId, Error> {
    text.parse().map_err(|_| Error::IdMalformed { field: "import_id" })
}

/// A stream of pieces that does not go on, or has a message that is longer than messages may be.
fn broken(status: &Status) -> Error {
    if status.code() == Code::OutOfRange {
        Error::ImportMalformed
    } else {
        Error::UploadBroken
    }
}
