//! The way in: finds the method's rule, authenticates, and forwards the call untouched or serves it here.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use chassis::{Actor, CALLER_KEY, Caller, Channel, Refusal, SOURCE_KEY, Signer};
use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::uri::PathAndQuery;
use http::{Request, Response};
use proto::access::{Policy, Rule};
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::server::TcpConnectInfo;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

use crate::authentication::Authentication;
use crate::denials::Denials;

/// A service behind the gateway.
#[derive(Clone)]
pub struct Upstream {
    /// Its name, and the audience of what is signed for it.
    pub name: &'static str,
    /// How the paths of the methods begin that it serves.
    pub prefix: &'static str,
    /// The way to it.
    pub channel: Channel,
}

/// The gateway's handling of every call; cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

struct Parts {
    policy: Policy,
    authentication: Authentication,
    signer: Signer,
    upstreams: Vec<Upstream>,
    own: Routes,
    denials: Denials,
}

impl Edge {
    /// Serves `own` methods here and forwards those of `upstreams`.
    pub fn new(
        policy: Policy,
        authentication: Authentication,
        signer: Signer,
        upstreams: Vec<Upstream>,
        own: Routes,
        denials: Denials,
    ) -> Self {
        Self(Arc::new(Parts {
            policy,
            authentication,
            signer,
            upstreams,
            own,
            denials,
        }))
    }

    async fn handle(&self, mut request: Request<Body>) -> Result<Response<Body>, Status> {
        let path = request.uri().path_and_query().cloned();
        let (rule, caller) = self.0.identify(&mut request).await?;
        let answer = match chassis::enforce(rule, &caller) {
            Ok(()) => self.forward(request, &caller).await,
            Err(status) => Err(status),
        };
        let answer = answer.unwrap_or_else(|status| status.into_http());
        self.0
            .denials
            .observe(&caller, path.as_ref().map_or("", PathAndQuery::path), &answer);
        Ok(answer)
    }

    /// Serves the call here, or has the service serve it that it is for.
    async fn forward(&self, mut request: Request<Body>, caller: &Caller) -> Result<Response<Body>, Status> {
        let path = request.uri().path();
        let mut upstreams = self.0.upstreams.iter();
        let Some(upstream) = upstreams.find(|upstream| path.starts_with(upstream.prefix)) else {
            // What is neither forwarded nor composed here has no rule, and has not come this far.
            request.extensions_mut().insert(caller.clone());
            let Ok(response) = self.0.own.clone().oneshot(request).await;
            return Ok(response);
        };
        let token = self.0.signer.token(&caller.actor, upstream.name)?;
        request.headers_mut().insert(CALLER_KEY, token);
        if let Some(source) = caller.source.and_then(|source| source.to_string().parse().ok()) {
            request.headers_mut().insert(SOURCE_KEY, source);
        }
        let Ok(response) = upstream.channel.clone().oneshot(request).await;
        Ok(response)
    }
}

impl Parts {
    /// Who is calling, and what the method asks of them; whatever the outside says about that in headers of ours is dropped.
    async fn identify(&self, request: &mut Request<Body>) -> Result<(&Rule, Caller), Status> {
        let headers = request.headers_mut();
        headers.remove(CALLER_KEY);
        headers.remove(SOURCE_KEY);
        let rule = match self.policy.rule(request.uri().path()) {
            None | Some(Rule::Internal(_)) => return Err(unknown_method()),
            Some(rule) => rule,
        };
        let actor = match rule {
            Rule::Public => Actor::Nobody,
            Rule::Authenticated | Rule::Permission(_) | Rule::Internal(_) => {
                Actor::Person(self.authentication.person(request.headers()).await?)
            }
        };
        // Nobody behind the gateway has a use for it.
        request.headers_mut().remove(AUTHORIZATION);
        let connection = request.extensions().get::<TcpConnectInfo>();
        let source = connection
            .and_then(|connection| connection.remote_addr)
            .map(|address| address.ip());
        let caller = Caller {
            issuer: "outside".to_owned(),
            actor,
            source,
        };
        Ok((rule, caller))
    }
}

impl Service<Request<Body>> for Edge {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.handle(request).await.unwrap_or_else(|status| status.into_http())) })
    }
}

fn unknown_method() -> Status {
    Refusal::new(Code::Unimplemented, "METHOD_UNKNOWN", "There is no such method.").into()
}
