//! The way of a call through a server: message, limit, span, deadline, guard, handler, and a reason for every refusal.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use http::uri::PathAndQuery;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken as Shutdown;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{Service as Call, ServiceExt};

use crate::calls::Calls;
use crate::deadline::{self, Late};
use crate::ending::Ending;
use crate::guard::Guard;
use crate::infrastructure::is_infrastructure;
use crate::server::Service;
use crate::trace::CallSpan;
use crate::{answer, intake, watch};

/// How long it may take from the head of a request to the first of its messages.
const BEGINNING: Duration = Duration::from_secs(5);

/// Anything that answers gRPC calls: generated servers behind [`Routes`], or the edge's forwarding.
pub(crate) trait Methods:
    Call<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Methods for S where
    S: Call<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

/// The way through one server; cheap to clone, once for each call.
pub(crate) struct Pipeline<S>(Arc<Shared<S>>);

struct Shared<S> {
    name: String,
    calls: Calls,
    guard: Option<Guard>,
    timeout: Duration,
    limit: Semaphore,
    stop: Shutdown,
    infrastructure: Routes,
    methods: S,
}

impl<S> Clone for Pipeline<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Methods> Pipeline<S> {
    /// A way to `methods`, of which those are known by name that are called `named`.
    pub(crate) fn new(
        service: &Service<'_>,
        named: Vec<String>,
        infrastructure: Routes,
        methods: S,
        stop: Shutdown,
    ) -> Self {
        Self(Arc::new(Shared {
            name: service.name.to_owned(),
            calls: Calls::new(service.name, named),
            guard: service.guard.clone(),
            timeout: service.config.request_timeout,
            limit: Semaphore::new(service.concurrency_limit().min(Semaphore::MAX_PERMITS)),
            stop,
            infrastructure,
            methods,
        }))
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let shared = &*self.0;
        if is_infrastructure(request.uri().path()) {
            return run(shared.infrastructure.clone(), request).await;
        }
        // Whoever says nothing takes nobody's place.
        let patience = deadline::until(request.headers(), shared.timeout.min(BEGINNING));
        let Ok(request) = intake::begun(request, patience).await else {
            return deadline::exceeded().into_http();
        };
        let path = request.uri().path();
        let Ok(_permit) = shared.limit.try_acquire() else {
            shared.calls.shed(path);
            return answer::overloaded().into_http();
        };
        let (call, is_endless) = (shared.calls.begin(path), watch::is_endless(path));
        let span = CallSpan::new(&shared.name, &call.method.name, request.headers());
        let ending = Ending::new(call, span);
        let response = ending.span().scope(shared.handle(request, is_endless)).await;
        if is_endless {
            ending.of_watch(response)
        } else {
            ending.of(response)
        }
    }
}

impl<S: Methods> Shared<S> {
    async fn handle(&self, mut request: Request<Body>, is_endless: bool) -> Response<Body> {
        if let Some(guard) = &self.guard {
            match guard.admit(request.uri().path(), request.headers(), request.extensions().get()) {
                Ok(caller) => request.extensions_mut().insert(caller),
                Err(status) => return status.into_http(),
            };
        }
        let until = deadline::until(request.headers(), self.timeout);
        let path = request.uri().path_and_query().cloned();
        let handling = AssertUnwindSafe(run(self.methods.clone(), request)).catch_unwind();
        match deadline::within(until, handling).await {
            // The limit is on the way to an answer. One that goes on as a stream is not cut by it.
            Ok(Ok(response)) if is_endless => watch::until(self.stop.clone(), answer::explain(response)),
            Ok(Ok(response)) => answer::explain(response),
            Ok(Err(_panic)) => answer::panicked(path.as_ref().map_or("", PathAndQuery::path)).into_http(),
            Err(Late) => deadline::exceeded().into_http(),
        }
    }
}

async fn run<S: Methods>(methods: S, request: Request<Body>) -> Response<Body> {
    let Ok(response) = methods.oneshot(request).await;
    response
}

impl<S: Methods> Call<Request<Body>> for Pipeline<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = self.clone().answer(request);
        Box::pin(async move { Ok(answer.await) })
    }
}
