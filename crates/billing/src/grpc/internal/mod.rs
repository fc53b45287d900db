//! The services that only other parts of the cluster may call.

mod subscription_service;
