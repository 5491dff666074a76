//! What stands beside the ledger: sign-ins, keys, settings, imports.

use std::collections::BTreeMap;

use domain::ids::{UserId, Version};
use jiff::{Timestamp, ToSpan};
use store::{
    Amendment, ApiKey, ImportRun, Invitation, RejectedRow, SavedView, Session, StoreError,
};

use crate::{World, at};

#[test]
fn what_stands_beside_the_ledger() {
    for world in World::everywhere() {
        let now = at("20 10:00");
        let token = Session {
            token_hash: "t".to_owned(),
            user: "crm:ann".into(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + 30.minutes(),
        };
        let invited = Invitation {
            token_hash: "i".to_owned(),
            user: "crm:ann".into(),
            expires_at: now + 60.minutes(),
            used_at: None,
        };
        let key = ApiKey {
            id: "k".to_owned(),
            key_hash: "kh".to_owned(),
            source: "crm".to_owned(),
            name: "The CRM".to_owned(),
            created_at: now,
            revoked_at: None,
        };
        let run = ImportRun {
            id: "r".to_owned(),
            started_at: now,
            finished_at: None,
            state: "running".to_owned(),
            source: "crm".to_owned(),
            files: "[]".to_owned(),
            counts: "{}".to_owned(),
            position: "{}".to_owned(),
            by: Some("crm:ann".into()),
            settings: "{}".to_owned(),
            found: "{}".to_owned(),
            report: "{}".to_owned(),
            beat_at: Some(now),
        };
        keep_all(&world, &token, &invited, &key, &run);
        assert!(!world.asks(|reader| reader.settings()).contains_key("zone"));
        world.asks(|reader| {
            assert_eq!(reader.setting("currency")?.as_deref(), Some("EUR"));
            assert!(reader.has_credentials()?);
            assert_eq!(reader.credential(&"crm:ann".into())?.as_deref(), Some("hash"));
            assert_eq!(reader.session("t")?, Some(token.clone()));
            let ended =
                Session { token_hash: "other".to_owned(), expires_at: now, ..token.clone() };
            assert_eq!(reader.sessions_of(&"crm:ann".into())?, [ended, token]);
            assert_eq!(reader.password_changed_at(&"crm:ann".into())?, Some(now));
            assert_eq!(reader.invitation("i")?, Some(invited));
            assert_eq!(reader.api_key_by_hash("kh")?, Some(key.clone()));
            assert_eq!(reader.api_keys()?, [key]);
            assert_eq!(reader.import("r")?, Some(run.clone()));
            assert_eq!(reader.imports()?, [run]);
            assert_eq!(reader.undecided_count(now)?, 2, "the third is due later");
            assert_eq!(reader.alias_of("crm", "b@x.example")?.as_deref(), Some("p2"));
            Ok(())
        });
        end_all(&world, now + 30.minutes());
        views_of_lists(&world, now);
        amendments(&world, now);
        assert_eq!(world.asks(|reader| reader.head()).seal, 0, "no fact, no seal");
    }
}

#[test]
fn what_an_import_leaves_is_found_again() {
    for world in World::everywhere() {
        let now = at("20 10:00");
        let run =
            ImportRun { id: "r".to_owned(), state: "running".to_owned(), ..ImportRun::default() };
        let rejected = RejectedRow {
            no: 1,
            file: "leads.csv".to_owned(),
            line: 7,
            column: "created".to_owned(),
            reason: "is no date".to_owned(),
            cells: "[]".to_owned(),
        };
        let (kept, running) = (rejected.clone(), run.clone());
        let done = world.store.write(now, move |writer| {
            writer.keep_import(&running)?;
            writer.keep_rejected("r", &kept)?;
            writer.keep_import_words("r", 0, &[(1, "a".to_owned()), (2, "b".to_owned())])?;
            writer.keep_import_words("r", 0, &[(2, "c".to_owned())])?;
            writer.keep_import_words("r", 1, &[(1, "d".to_owned())])?;
            writer.remember("word", "crm/accounts/x", Some("\"crm:1\""))
        });
        done.unwrap();
        world.asks(|reader| {
            assert_eq!(reader.imports_in(&["done"])?, []);
            assert_eq!(reader.imports_in(&["done", "running"])?, std::slice::from_ref(&run));
            assert_eq!(reader.imports()?, [run]);
            assert_eq!(reader.rejected_rows("r", 0, 10)?, [rejected]);
            assert_eq!((reader.last_rejected("r")?, reader.last_rejected("q")?), (1, 0));
            let words = reader.import_words("r", 0)?;
            assert_eq!(
                words,
                [(1, "a".to_owned()), (2, "c".to_owned())],
                "the later telling stands"
            );
            let word = reader.remembered("word", "crm/accounts/x")?;
            assert_eq!(word.as_deref(), Some("\"crm:1\""));
            Ok(())
        });
        let done = world.store.write(now, |writer| {
            writer.remember("word", "crm/accounts/x", None)?;
            writer.delete_import_words("r")?;
            writer.delete_import("r")
        });
        done.unwrap();
        world.asks(|reader| {
            assert_eq!((reader.import("r")?, reader.last_rejected("r")?), (None, 0));
            assert_eq!(reader.remembered("word", "crm/accounts/x")?, None);
            assert_eq!(reader.import_words("r", 1)?, []);
            Ok(())
        });
    }
}

fn keep_all(world: &World, token: &Session, invited: &Invitation, key: &ApiKey, run: &ImportRun) {
    let (token, invited) = (token.clone(), invited.clone());
    let (key, run) = (key.clone(), run.clone());
    let done = world.store.write(token.created_at, move |writer| -> Result<(), StoreError> {
        writer.set("currency", Some("USD"))?;
        writer.set("currency", Some("EUR"))?;
        writer.set("zone", Some("Europe/Berlin"))?;
        writer.set("zone", None)?;
        writer.keep_credential(&"crm:ann".into(), "hash")?;
        writer.keep_session(&token)?;
        writer.note_seen(&"crm:ann".into())?;
        writer.keep_session(&Session { token_hash: "other".to_owned(), ..token.clone() })?;
        writer.end_other_sessions_of(&"crm:ann".into(), "t")?;
        writer.end_session("other")?;
        writer.keep_invitation(&invited)?;
        writer.keep_api_key(&key)?;
        writer.keep_import(&run)?;
        let (now, later) = (writer.now(), writer.now() + 1.hour());
        for (subject, due_at) in [
            ("lead/b", later),
            ("lead/a", now),
            ("lead/b", now),
            ("lead/b", later),
            ("lead/c", later),
        ] {
            writer.leave_undecided(subject, due_at)?;
        }
        for (address, id) in [("a@x.example", "p1"), ("b@x.example", "p2"), ("a@x.example", "p1")] {
            assert_eq!(writer.alias("crm", address)?, id);
        }
        Ok(())
    });
    done.unwrap();
}

fn end_all(world: &World, now: Timestamp) {
    let done = world.store.write(now, move |writer| -> Result<(), StoreError> {
        let taken = writer.take_undecided(now, 10)?.into_iter().map(|waits| waits.subject);
        assert_eq!(taken.collect::<Vec<_>>(), ["lead/a", "lead/b"]);
        assert_eq!(writer.reader().undecided_count(now + 1.hour())?, 1);
        writer.forget_run_out_at(now)?;
        assert_eq!(writer.reader().session("t")?, None, "exactly run out");
        assert!(writer.reader().invitation("i")?.is_some());
        writer.delete_invitations_of(&"crm:ann".into())?;
        writer.end_sessions_of(&"crm:ann".into())?;
        writer.delete_credential(&"crm:ann".into())?;
        assert!(!writer.reader().has_credentials()?);
        Ok(())
    });
    done.unwrap();
}

fn views_of_lists(world: &World, now: Timestamp) {
    let view = move |id: &str, owner: &str, audience: &str, team: Option<&str>| SavedView {
        id: id.to_owned(),
        list: "leads".to_owned(),
        name: format!("View {id}"),
        query: "owner=me".to_owned(),
        owner: owner.into(),
        audience: audience.to_owned(),
        team: team.map(str::to_owned),
        pinned: true,
        kept_at: now,
        removed_at: None,
    };
    let kept = [
        view("a", "crm:ann", "owner", None),
        view("b", "crm:bob", "owner", None),
        view("c", "crm:bob", "team", Some("South")),
        view("d", "crm:bob", "all", None),
    ];
    let done = world.store.write(now, move |writer| {
        kept.iter().try_for_each(|view| writer.keep_view(view))?;
        let other = view("e", "crm:ann", "owner", None);
        writer.keep_view(&SavedView { removed_at: Some(now), ..other })?;
        writer.keep_view(&SavedView { name: "Ändert".to_owned(), ..view("d", "x", "all", None) })
    });
    done.unwrap();
    let seen = |team: Option<&str>, of_all: bool| -> Vec<String> {
        let ann = "crm:ann".into();
        let views = world.asks(|reader| reader.views_for("leads", &ann, team, of_all));
        views.into_iter().map(|view| view.id).collect()
    };
    assert_eq!(seen(None, false), ["a", "d"], "{}", world.kind);
    assert_eq!(seen(Some("South"), false), ["a", "c", "d"]);
    assert_eq!(seen(None, true), ["a", "c", "d"]);
    let theirs = world.asks(|reader| reader.views_of("leads", &"crm:bob".into()));
    assert_eq!(theirs.len(), 3, "the one that was renamed is still whose it was");
    let later = now + 1.minute();
    let forgotten =
        world.store.write(later, move |writer| writer.forget_views_removed_before(later));
    forgotten.unwrap();
    assert_eq!(world.asks(|reader| reader.view("e")), None);
    assert!(world.asks(|reader| reader.view("a")).is_some());
}

fn amendments(world: &World, now: Timestamp) {
    let ann = UserId::from("crm:ann");
    let text = |says: &str| BTreeMap::from([("a.toml".to_owned(), says.to_owned())]);
    let amendment = |says: &str, base| Amendment {
        owner: ann.clone(),
        base: Version(base),
        text: text(says),
        changed_at: now,
    };
    let (first, second) = (amendment("one", 1), amendment("two", 2));
    let kept = [first, second.clone()];
    let done = world.store.write(now, move |writer| {
        kept.iter().try_for_each(|amendment| writer.keep_amendment(amendment))
    });
    done.unwrap();
    assert_eq!(world.asks(|reader| reader.amendment(&ann)), Some(second), "{}", world.kind);
    assert_eq!(world.asks(|reader| reader.amendment(&"crm:bob".into())), None);
    let owner = ann.clone();
    world.store.write(now, move |writer| writer.forget_amendment(&owner)).unwrap();
    assert_eq!(world.asks(|reader| reader.amendment(&ann)), None);
}
