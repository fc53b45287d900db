//! The services that only other parts of the cluster may call.

mod invoice_service;
mod subscription_service;
