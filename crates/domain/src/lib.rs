//! The rules of the two teams' Agreement, and nothing else.
//!
//! Invariant: no I/O, no clock, no randomness. Every function here is a plain calculation over
//! facts, the Agreement in force and an instant that the caller passes in, so a signed definition
//! runs over last year as easily as over the activity that arrived a second ago.

pub mod absence;
pub mod action;
pub mod activity;
pub mod agreement;
pub mod attainment;
pub mod backtest;
pub mod book;
pub mod calendar;
pub mod clock;
pub mod company;
pub mod condition;
pub mod correction;
pub mod counted;
pub mod days;
pub mod decided;
pub mod decision;
pub mod difference;
pub mod dispute;
pub mod draft;
pub mod escalation;
pub mod fact;
pub mod field;
pub mod figure;
pub mod firm;
pub mod funnel;
pub mod group;
pub mod handing_over;
pub mod handoff;
pub mod handoffs;
pub mod identity;
pub mod ids;
pub mod incidence;
pub mod lead;
pub mod lever;
pub mod limit;
pub mod merged;
pub mod merging;
pub mod milestone;
pub mod money;
pub mod negotiation;
pub mod opportunity;
pub mod pacing;
pub mod people;
pub mod person;
pub mod pipeline;
pub mod points;
pub mod qualification;
pub mod rate;
pub mod record;
pub mod rejudged;
pub mod reported;
pub mod routed;
pub mod routing;
pub mod service_level;
pub mod shown;
pub mod spread;
pub mod standing;
pub mod structure;
pub mod team;
pub mod window;
pub mod withdrawal;
pub mod withdrawn;
