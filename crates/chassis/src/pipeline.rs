//! The way of a call through a server: message, limit, span, deadline, guard, handler, and a reason for every refusal.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken as Shutdown;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{Service as Call, ServiceExt};
use tracing::Instrument;

use crate::calls::Calls;
use crate::ending::Ending;
use crate::guard::Guard;
use crate::infrastructure::is_infrastructure;
use crate::server::Service;
use crate::{answer, deadline, intake, trace, watch};

/// How long it may take from the head of a request to the first of its messages.
const BEGINNING: Duration = Duration::from_secs(5);

/// Anything that answers gRPC calls: generated servers behind [`Routes`], or the edge's forwarding.
pub(crate) trait Methods:
    Call<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Methods for S where
    S: Call<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// The way through one server; a clone per connection.
#[derive(Clone)]
pub(crate) struct Pipeline<S> {
    shared: Arc<Shared>,
    infrastructure: Routes,
    methods: S,
}

struct Shared {
    name: String,
    calls: Calls,
    guard: Option<Guard>,
    timeout: Duration,
    limit: Semaphore,
    stop: Shutdown,
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
        let shared = Shared {
            name: service.name.to_owned(),
            calls: Calls::new(service.name, named),
            guard: service.guard.clone(),
            timeout: service.config.request_timeout,
            limit: Semaphore::new(service.concurrency_limit().min(Semaphore::MAX_PERMITS)),
            stop,
        };
        Self {
            shared: Arc::new(shared),
            infrastructure,
            methods,
        }
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let Self {
            shared,
            infrastructure,
            methods,
        } = self;
        if is_infrastructure(request.uri().path()) {
            return run(infrastructure, request).await;
        }
        // Whoever says nothing takes nobody's place.
        let patience = deadline::left(request.headers(), shared.timeout.min(BEGINNING));
        let Ok(request) = intake::begun(request, patience).await else {
            return deadline::exceeded().into_http();
        };
        let path = request.uri().path();
        let Ok(_permit) = shared.limit.try_acquire() else {
            shared.calls.shed(path);
            return answer::overloaded().into_http();
        };
        let (call, is_endless) = (shared.calls.begin(path), watch::is_endless(path));
        let span = trace::server_span(&shared.name, &call.method.name, request.headers());
        let ending = Ending::new(call, span.clone());
        let response = shared.handle(methods, request).instrument(span).await;
        if is_endless {
            ending.of_watch(response)
        } else {
            ending.of(response)
        }
    }
}

impl Shared {
    async fn handle<S: Methods>(&self, methods: S, mut request: Request<Body>) -> Response<Body> {
        if let Some(guard) = &self.guard {
            match guard.admit(request.uri().path(), request.headers(), request.extensions().get()) {
                Ok(caller) => request.extensions_mut().insert(caller),
                Err(status) => return status.into_http(),
            };
        }
        let timeout = deadline::read(request.headers()).map_or(self.timeout, |asked| asked.min(self.timeout));
        let path = request.uri().clone();
        let handling = AssertUnwindSafe(run(methods, request)).catch_unwind();
        match deadline::within(timeout, handling).await {
            // The limit is on the way to an answer. One that goes on as a stream is not cut by it.
            Ok(Ok(response)) if watch::is_endless(path.path()) => {
                watch::until(self.stop.clone(), answer::explain(response))
            }
            Ok(Ok(response)) => answer::explain(response),
            Ok(Err(_panic)) => answer::panicked(path.path()).into_http(),
            Err(_elapsed) => deadline::exceeded().into_http(),
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
