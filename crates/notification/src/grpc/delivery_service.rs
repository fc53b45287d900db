//! `usher.notification.v1.DeliveryService`.

use futures::StreamExt;
use futures::stream::BoxStream;
use proto::notification::v1::delivery_service_server::DeliveryService;
use proto::notification::v1::{
    GetDeliveryRequest, GetDeliveryResponse, ListDeliveriesRequest, ListDeliveriesResponse, WaitForMailRequest,
    WaitForMailResponse, WatchDeliveriesRequest, WatchDeliveriesResponse,
};
use tonic::{Request, Response, Status};

use super::{Grpc, convert};

#[tonic::async_trait]
impl DeliveryService for Grpc {
    type WatchDeliveriesStream = BoxStream<'static, Result<WatchDeliveriesResponse, Status>>;

    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let request = request.into_inner();
        let (filter, size) = convert::list(&request)?;
        let (deliveries, next_page_token) = self
            .0
            .list_deliveries(&caller, filter, size, &request.page_token)
            .await?;
        let deliveries = convert::deliveries(deliveries);
        Ok(Response::new(ListDeliveriesResponse {
            deliveries,
            next_page_token,
        }))
    }

    async fn get_delivery(
        &self,
        request: Request<GetDeliveryRequest>,
    ) -> Result<Response<GetDeliveryResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let id = convert::mail_id("delivery_id", &request.into_inner().delivery_id)?;
        let delivery = convert::delivery(self.0.get_delivery(&caller, id).await?);
        Ok(Response::new(GetDeliveryResponse {
            delivery: Some(delivery),
        }))
    }

    async fn watch_deliveries(
        &self,
        request: Request<WatchDeliveriesRequest>,
    ) -> Result<Response<Self::WatchDeliveriesStream>, Status> {
        let since = convert::since(request.get_ref())?;
        let watch = self.0.watch_deliveries(chassis::caller(&request)?, since)?;
        let parts = watch.map(|changes| Ok(convert::changes(changes?)));
        Ok(Response::new(parts.boxed()))
    }

    async fn wait_for_mail(
        &self,
        request: Request<WaitForMailRequest>,
    ) -> Result<Response<WaitForMailResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let wanted = convert::wanted(request.get_ref())?;
        let mail = self.0.wait_for_mail(&caller, &wanted).await?;
        Ok(Response::new(convert::kept_mail(mail)))
    }
}
