//! The suites that are built in are sound, and their schemas mean what their examples say.

use conformist::{plan, source::Source, store};

#[test]
fn the_built_in_suites_are_sound() {
    let library = store::load(None, None).unwrap_or_else(|found| {
        let told: Vec<String> = found.iter().map(|d| d.render(false)).collect();
        panic!("{}", told.join("\n"));
    });
    let found: Vec<String> = library
        .suites
        .iter()
        .flat_map(|suite| plan::check(suite))
        .chain(library.schemas.compile())
        .map(|diagnostic| diagnostic.render(false))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let _ = Source::new("", "");
}
