//! Facts that share a transaction are written together: the same comes of them as one by one.

use domain::decided::SOURCE;

use super::*;

/// Tells the whole ledger again into empty databases, so many facts a transaction.
pub fn the_same_comes_of_it(world: &World) {
    let told: Vec<Told> = world
        .asks(|reader| reader.entries_after(FactNo(0), u32::MAX))
        .into_iter()
        .map(|entry| entry.told)
        .collect();
    for at_once in [told.len(), 7] {
        let alike = |fresh: &World| fresh.kind == world.kind;
        for fresh in World::everywhere().into_iter().filter(alike) {
            for some in told.chunks(at_once) {
                tell_together(&fresh, some.to_vec());
            }
            let (kind, dump) = (world.kind, fresh.dump());
            assert_eq!(dump, world.dump(), "{kind}: {at_once} facts a transaction");
        }
    }
}

fn tell_together(world: &World, told: Vec<Told>) {
    let done = world.store.write(at("21 08:00"), move |writer| {
        for told in told {
            assert_eq!(writer.already(&told.source, &told.key)?, None);
            assert!(writer.append_once(told)?.is_some());
        }
        Ok::<_, StoreError>(())
    });
    done.unwrap();
}

fn ours(key: &str, fact: Fact) -> Told {
    Told { source: SOURCE.to_owned(), key: key.to_owned(), happened_at: minute(1), fact }
}

#[test]
fn a_key_that_another_subject_has_is_found_before_anything_is_kept() {
    for world in World::everywhere() {
        let kind = world.kind;
        tell_together(&world, vec![ours("moved/1", moved("crm:1", "New"))]);
        let tell = |world: &World| {
            world.store.write(at("21 08:00"), |writer| {
                assert!(writer.facts_of("lead/crm:2")?.is_empty());
                let known = writer.already_about("lead/crm:2", SOURCE, "moved/1")?;
                let told = ours("moved/1", moved("crm:2", "New"));
                Ok::<_, StoreError>((known.is_some(), writer.append_once(told)?.is_some()))
            })
        };
        let first = tell(&world);
        assert!(first.is_err(), "{kind}: the database finds it: {first:?}");
        assert_eq!(world.asks(|reader| reader.leads()).len(), 1, "{kind}: nothing was kept");
        assert_eq!(tell(&world).unwrap(), (true, false), "{kind}: from then on it is asked");
    }
}

#[test]
fn what_was_looked_ahead_at_is_what_would_have_been_found() {
    for world in World::everywhere() {
        let kind = world.kind;
        let theirs =
            |key: &str, lead| Told { source: "crm".into(), ..ours(key, moved(lead, "New")) };
        tell_together(&world, vec![theirs("1", "crm:1")]);
        let (one, other) = ("lead/crm:1".to_owned(), "lead/crm:2".to_owned());
        let ann = Person { email: Some("ann@firm.example".to_owned()), ..Person::default() };
        let (told, hash) = world
            .store
            .write(at("21 08:00"), move |writer| {
                let mut ahead = store::Ahead::default();
                ahead.foresee(&theirs("1", "crm:1"), None);
                ahead.foresee(&theirs("2", "crm:2"), Some(&ann));
                writer.look_ahead(&ahead)?;
                assert_eq!(writer.facts_of(&one)?.len(), 1);
                assert_eq!(writer.facts_of(&other)?.len(), 0);
                let told = ["1", "2"].map(|key| writer.already("crm", key));
                let hash = writer.keep_person(&other, &ann)?;
                assert_eq!(writer.keep_person(&other, &ann)?, hash, "the same salt");
                assert_eq!(writer.reader().person_of(&other)?, Some(ann));
                let [first, second] = told;
                Ok::<_, StoreError>(([first?.is_some(), second?.is_some()], hash))
            })
            .unwrap();
        assert_eq!(told, [true, false], "{kind}");
        let known = world.asks(|reader| reader.persons_by_email("ANN@firm.example"));
        assert_eq!((known.len(), hash.len()), (1, 64), "{kind}");
    }
}
