use domain::{
    book::UserLeft,
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    firm::UserAdmitted,
    person::Person,
    record::UserReported,
};

use super::*;
use crate::{Invitation, Location, Store, Writer, testing::databases};

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn tell(writer: &mut Writer<'_>, key: &str, fact: Fact) {
    let told =
        Told { source: "crm".to_owned(), key: key.to_owned(), happened_at: instant(5), fact };
    writer.append_once(told).unwrap();
}

/// Six people, one of each standing; `nemo` has no name and stands on no side.
fn filled(place: &str) -> Store {
    let store = Store::open(&Location::parse(place), instant(0)).unwrap();
    let people = [
        ("ann", "Ann Berg", Some((Role::Rep, true))),
        ("bo", "bo Ødegård", Some((Role::Marketer, true))),
        ("cy", "Cy Ann", Some((Role::Rep, true))),
        ("di", "Di Voss", Some((Role::Rep, false))),
        ("eva", "Eva Ohm", Some((Role::Leader, true))),
        ("nemo", "", None),
    ];
    store
        .write(instant(10), move |writer| {
            for (id, name, admitted) in people {
                let user = UserId::from(id);
                if !name.is_empty() {
                    let email = Some(format!("{id}@annex.example"));
                    let name = Some(name.to_owned());
                    let person = Person { name, email, ..Person::default() };
                    writer.keep_person(&format!("user/{id}"), &person)?;
                }
                let team = FieldValue::Text(if id < "c" { "North" } else { "South" }.to_owned());
                let fields = Fields::from([("team".to_owned(), team)]);
                let told = UserReported { user: user.clone(), fields, person: None, by: None };
                tell(writer, &format!("{id}/told"), Fact::User(told));
                let Some((role, active)) = admitted else { continue };
                let (user, side) = (user.clone(), role.side());
                let fact = UserAdmitted { user, role, side, active, by: None, person: None };
                tell(writer, &format!("{id}/admitted"), Fact::UserAdmitted(fact));
            }
            let left = UserLeft { user: "eva".into(), by: None };
            tell(writer, "eva/left", Fact::UserLeft(left));
            writer.keep_credential(&"ann".into(), "hash")?;
            for (token, expires_at, used_at) in
                [("t1", instant(60), None), ("t2", instant(90), Some(instant(9)))]
            {
                let (token_hash, user) = (token.to_owned(), "bo".into());
                writer.keep_invitation(&Invitation { token_hash, user, expires_at, used_at })?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store
}

fn ids(rows: &[PersonRow]) -> Vec<&str> {
    rows.iter().map(|row| row.user.id.as_str()).collect()
}

#[test]
fn people_come_in_order_and_each_page_begins_after_the_last() {
    for database in databases() {
        let store = filled(&database.place);
        let (all, mut paged) = (PersonFilter::default(), Vec::new());
        loop {
            let after = paged.last().map(|row: &PersonRow| row.user.id.clone());
            let page = store.read(|r| r.people_page(&all, instant(20), after.as_ref(), 2)).unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        // Who may not sign in comes last; capitals come before small letters, as bytes do.
        assert_eq!(ids(&paged), ["ann", "cy", "bo", "di", "eva", "nemo"], "{}", database.kind);
        let stand: Vec<&str> = paged.iter().map(|row| row.standing.key()).collect();
        let expected = ["active", "without_link", "invited", "may_not", "left", "not_let_in"];
        assert_eq!(stand, expected, "{}", database.kind);
        assert_eq!(paged[2].standing, Standing::Invited(instant(60)), "of links the unused one");
        assert_eq!(paged[5].called, "nemo");
        let later = store.read(|reader| reader.colleague(&"bo".into(), instant(60))).unwrap();
        assert_eq!(later.unwrap().standing, Standing::WithoutLink, "exactly run out");
        let gone = Some(UserId::from("nobody"));
        let beyond = store.read(|r| r.people_page(&all, instant(20), gone.as_ref(), 2)).unwrap();
        assert!(beyond.is_empty(), "{}", database.kind);
    }
}

#[test]
fn every_condition_holds() {
    let all = PersonFilter::default;
    let standing = |key: &str| vec![key.to_owned()];
    let cases = [
        (PersonFilter { sides: vec![Side::Sales], ..all() }, vec!["ann", "cy", "di"]),
        (PersonFilter { sides: vec![Side::Neutral], ..all() }, vec!["eva", "nemo"]),
        (PersonFilter { roles: vec![Role::Marketer, Role::Leader], ..all() }, vec!["bo", "eva"]),
        (PersonFilter { standings: standing("left"), ..all() }, vec!["eva"]),
        (PersonFilter { standings: standing("nonsense"), ..all() }, vec![]),
        (PersonFilter { team: Some("North".to_owned()), ..all() }, vec!["ann", "bo"]),
        (PersonFilter { words: Wanted::parse("odeg"), ..all() }, vec!["bo"]),
        (PersonFilter { words: Wanted::parse("voss d"), ..all() }, vec!["di"]),
        (
            PersonFilter { sides: vec![Side::Sales], standings: standing("active"), ..all() },
            vec!["ann"],
        ),
    ];
    for database in databases() {
        let store = filled(&database.place);
        for (filter, expected) in &cases {
            let found = store.read(|r| r.people_page(filter, instant(20), None, 9)).unwrap();
            assert_eq!(ids(&found), *expected, "{} {filter:?}", database.kind);
            let n = store.read(|r| r.people_count_up_to(filter, instant(20), 9)).unwrap();
            assert_eq!(n, expected.len() as u64, "{} {filter:?}", database.kind);
        }
        let few = store.read(|r| r.people_count_up_to(&all(), instant(20), 4)).unwrap();
        assert_eq!(few, 4, "counted no further");
        let teams = store.read(|reader| reader.teams()).unwrap();
        assert_eq!(Vec::from_iter(teams), ["North", "South"]);
    }
}
