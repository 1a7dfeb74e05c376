//! Setting up forums, holding their meetings, and taking down what is said and decided.

pub mod agenda;
pub mod decision;
pub mod forum;
pub mod meeting;
