//! The methods every process serves beside its own: health and reflection.

use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::Builder;

use crate::descriptors::served;
use crate::server::{ServeError, Service};

/// Health and reflection of one process.
pub(crate) struct Infrastructure {
    /// Their methods.
    pub routes: Routes,
    /// What health reports.
    pub health: Health,
    /// The names of the process's own methods, each `package.Service/Method`.
    pub methods: Vec<String>,
}

/// What health reports, per service and for the process as a whole (the empty name).
#[derive(Clone)]
pub(crate) struct Health {
    reporter: HealthReporter,
    names: Vec<String>,
}

impl Infrastructure {
    pub(crate) async fn new(service: &Service<'_>) -> Result<Self, ServeError> {
        let served = served(service.descriptors, service.packages)?;
        let mut names = served.services;
        names.push(String::new());
        let health = Health {
            reporter: HealthReporter::new(),
            names,
        };
        health.set(ServingStatus::Serving).await;
        let mut routes = health.routes();
        if service.config.reflection {
            let builder = || Builder::configure().register_encoded_file_descriptor_set(&served.descriptors);
            // Both versions: grpcurl before 1.9 knows v1alpha only.
            routes = routes
                .add_service(builder().build_v1()?)
                .add_service(builder().build_v1alpha()?);
        }
        Ok(Self {
            routes: routes.prepare(),
            health,
            methods: served.methods,
        })
    }
}

impl Health {
    /// The methods by which it is asked.
    pub(crate) fn routes(&self) -> Routes {
        let service = HealthService::from_health_reporter(self.reporter.clone());
        Routes::new(HealthServer::new(service))
    }

    /// Reports the end, then lets those who watch go: an open watch would hold up the drain.
    pub(crate) async fn stop(mut self) {
        self.set(ServingStatus::NotServing).await;
        for name in &self.names {
            self.reporter.clear_service_status(name).await;
        }
    }

    async fn set(&self, status: ServingStatus) {
        for name in &self.names {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

/// Whether a path is one of these methods: open to everyone, and outside the limits, so that a busy process is not
/// taken for a dead one.
pub(crate) fn is_infrastructure(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.")
}
