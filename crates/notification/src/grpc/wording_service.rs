//! `usher.notification.internal.v1.WordingService`.

use proto::notification::internal::v1::wording_flaw::Field as WireField;
use proto::notification::internal::v1::wording_service_server::WordingService;
use proto::notification::internal::v1::{RenderWordingRequest, RenderWordingResponse, WordingFlaw};
use tonic::{Request, Response, Status};

use super::{Grpc, convert, wording};
use crate::app::{Found, Sample};
use crate::domain::{Bill, Content, Field, Link};

#[tonic::async_trait]
impl WordingService for Grpc {
    async fn render_wording(
        &self,
        request: Request<RenderWordingRequest>,
    ) -> Result<Response<RenderWordingResponse>, Status> {
        let RenderWordingRequest { translations, sample } = request.into_inner();
        let translations = wording::translations(translations)?;
        let sample = sample.unwrap_or_default();
        let sample = Sample {
            language: sample.language,
            content: Content {
                given_name: sample.given_name,
                family_name: sample.family_name,
                account_name: sample.account_name,
                person_name: sample.person_name,
                expire_time: sample.expire_time.and_then(convert::time_from),
                products: sample.products.into_iter().map(convert::product).collect(),
                bill: Bill::default(),
            },
            link: Link::new(sample.link),
        };
        let app = self.0.clone();
        // Twenty bodies at their limit take a while to read.
        let rendered = tokio::task::spawn_blocking(move || app.render_wording(&translations, &sample)).await;
        let response = match rendered.map_err(|error| chassis::internal(&error))?? {
            Ok(written) => RenderWordingResponse {
                flaws: Vec::new(),
                language: written.language,
                subject: written.subject,
                text: written.text,
                html: written.html,
            },
            Err(found) => RenderWordingResponse {
                flaws: found.into_iter().map(flaw).collect(),
                ..RenderWordingResponse::default()
            },
        };
        Ok(Response::new(response))
    }
}

fn flaw(Found { translation, flaw }: Found) -> WordingFlaw {
    let field = match flaw.field {
        Field::Subject => WireField::Subject,
        Field::Body => WireField::Body,
    };
    let number = |number| i32::try_from(number).unwrap_or(i32::MAX);
    WordingFlaw {
        translation: i32::try_from(translation).unwrap_or(i32::MAX),
        field: field.into(),
        line: number(flaw.line),
        column: number(flaw.column),
        problem: flaw.problem,
    }
}
