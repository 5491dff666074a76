//! A copy in a file says what the database says, whichever that is, and goes its own way from there.

use super::*;

/// Copies it, asks both, and tells the copy something more.
pub fn whole(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    world.store.copy_to(&path, at("22 08:00")).unwrap();
    let location = Location::Sqlite(path);
    let store = Store::open(&location, at("22 08:00")).unwrap();
    let kind = "the copy";
    let mut copy = World { kind, store, told: world.told, _database: testing::sqlite() };
    assert_eq!(copy.dump(), world.dump(), "{}", world.kind);
    assert_eq!(copy.export(), world.export(), "{}", world.kind);
    assert_eq!(
        copy.store.verify(|_, _| ()),
        [],
        "{}: a fact and its seal are as they were",
        world.kind
    );
    let subject = "user/crm:ann";
    let person = |world: &World| world.asks(|reader| reader.person_of(subject));
    assert!(person(world).is_some() && person(&copy) == person(world), "{}", world.kind);
    counts::agree(&copy);
    let before = world.export();
    copy.tells(at("22 08:00"), moved("crm:1", "SQL"));
    counts::agree(&copy);
    assert_eq!(copy.lead("crm:1").status.unwrap(), "SQL");
    assert_eq!(world.export(), before, "{}: the copy goes its own way", world.kind);
}
