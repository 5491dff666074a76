//! Reports on made-up facts, and on a real CRM's where its files are at hand.

mod funnels;
mod goals;
mod handoffs;
mod made;
mod maven;
mod membership;
mod opportunities;
mod service_levels;
