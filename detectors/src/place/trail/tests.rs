//! The table against its cases, and against the catalogue.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
#[test]
fn smoke() {
    let table = Table::parse(include_str!("../../../places/cloudtrail.toml"));
    if let Err(e) = table { panic!("{e}") }
    let f = |s, e, p| place(s, e, p).map(|x| x.place.to_string());
    assert_eq!(f("states.amazonaws.com", "CreateStateMachine", "requestParameters.definition").unwrap(), "states:state-machine-definition");
}
