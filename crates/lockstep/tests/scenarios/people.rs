//! In by a link, out by a click.

use domain::firm::Role;
use engine::people::{NewPerson, UNNAMED};
use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

const NEW: [(&str, &str); 4] =
    [("name", "Nora Quist"), ("email", "nora@millrace.example"), ("role", "rep"), ("side", "")];

fn link_in(body: &str) -> String {
    let from = body.find("/welcome/").expect("the page shows the link");
    body[from..].split(['"', '<']).next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_let_in_by_a_link_that_works_once() {
    let world = World::new();
    let answer = world.posts("operations", "/people", &NEW).await;
    let link = link_in(&answer.body);
    assert!(answer.body.contains(&format!(">http://lockstep.example{link}</pre>")), "it is whole");
    assert!(world.page("nobody", &link).await.contains("Welcome, Nora Quist"));
    for (password, words) in [
        ("short", "use at least 10 characters"),
        ("password12", "most people use: take a few words"),
        ("Nora Quist 2026", "made of your name"),
    ] {
        let refused = world.posts("nobody", &link, &[("password", password)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(refused.text().contains(words), "{password}: {}", refused.text());
    }
    let huge = world.posts("nobody", &link, &[("password", &"long words ".repeat(1 << 17))]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    let set = world.posts("nobody", &link, &[("password", "ein langes Wort ü")]).await;
    assert_eq!((set.status, set.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(set.header("set-cookie").contains("HttpOnly; SameSite=Lax"), "{:?}", set.headers);
    let again = world.posts("nobody", &link, &[("password", "ein anderes Wort")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields =
        [("email", "Nora@millrace.example "), ("password", "ein langes Wort ü"), ("to", "/people")];
    let signed = world.posts("nobody", "/sign-in", &fields).await;
    assert_eq!((signed.status, signed.header("location")), (StatusCode::SEE_OTHER, "/people"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_link_leaves_the_first_alive_until_one_is_used() {
    let world = World::new();
    let first = link_in(&world.posts("operations", "/people", &NEW).await.body);
    let further = world.asks(|engine| {
        let nora = engine.find_person("nora@millrace.example").unwrap();
        format!("/welcome/{}", engine.invite_too(&nora, world.now()).unwrap())
    });
    for link in [&first, &further] {
        assert!(world.page("nobody", link).await.contains("Welcome, Nora Quist"));
    }
    let set = world.posts("nobody", &first, &[("password", "ein langes Wort ü")]).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    for link in [&first, &further] {
        let answer = world.posts("nobody", link, &[("password", "ein anderes Wort")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_person_names_themselves_with_their_link() {
    let world = World::new();
    let link = world.asks(|engine| {
        let (name, email) = (UNNAMED.0.to_owned(), UNNAMED.1.to_owned());
        let first = NewPerson { name, email, role: Role::Operations, side: None };
        format!("/welcome/{}", engine.admit(None, first, world.now()).unwrap().1)
    });
    let page = world.page("nobody", &link).await;
    assert!(page.contains("say who you are") && !page.contains("Operator"), "{page}");
    let chosen =
        |name, email, password| [("name", name), ("username", email), ("password", password)];
    for (sent, words) in [
        (chosen(" ", "ida@orme.example", "ein langes Wort"), "the name is blank"),
        (chosen("Ida Falk", "ida", "ein langes Wort"), "is no mail address"),
        (chosen("Ida Falk", "mara@millrace.example", "ein langes Wort"), "is here already"),
        (chosen("Ida Falk", "ida@orme.example", "Ida Falk 2026"), "made of your name"),
    ] {
        let refused = world.posts("nobody", &link, &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(refused.text().to_lowercase().contains(words), "{words}: {}", refused.text());
        assert!(refused.body.contains("value=\"Ida Falk\"") || words.contains("blank"));
    }
    let sent = chosen("Ida  Falk", "Ida@orme.example", "ein langes Wort");
    assert_eq!(world.posts("nobody", &link, &sent).await.status, StatusCode::SEE_OTHER);
    let people = world.page("operations", "/people").await;
    assert!(people.contains("Ida Falk") && !people.contains("Operator<"), "{people}");
    let fields = [("email", "ida@orme.example"), ("password", "ein langes Wort"), ("to", "")];
    assert_eq!(world.posts("nobody", "/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_the_same_for_all_and_not_too_often() {
    let world = World::new();
    for n in 0..11 {
        let fields = [("email", "rep@millrace.example"), ("password", "wrong")];
        let answer = world.posts("nobody", "/sign-in", &fields).await;
        match n {
            10 => {
                assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
                assert_eq!(answer.header("retry-after"), "90");
            }
            _ => assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY),
        }
    }
    let fields = [("email", "stranger@millrace.example"), ("password", "wrong")];
    let stranger = world.posts("nobody", "/sign-in", &fields).await;
    assert!(stranger.text().contains("The address or the password is not right"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_nobody_is_led_elsewhere() {
    let world = World::new();
    let link = link_in(&world.posts("operations", "/people", &NEW).await.body);
    world.posts("nobody", &link, &[("password", "long enough words")]).await;
    for to in ["https://evil.example", "//evil.example", "/\\evil", ""] {
        let fields =
            [("email", "nora@millrace.example"), ("password", "long enough words"), ("to", to)];
        let answer = world.posts("nobody", "/sign-in", &fields).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/"),
            "{to}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_any_more_is_out_at_once() {
    let world = World::new();
    assert_eq!(world.gets("rep", "/leads").await.status, StatusCode::OK);
    let page = format!("/people/{}", world.user("rep"));
    let fields = [("role", "rep"), ("side", "sales")];
    let answer = world.posts("operations", &page, &fields).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
    let out = world.gets("rep", "/leads").await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?to=%2Fleads")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_stands_beside_its_field_and_keeps_what_was_typed() {
    let world = World::new();
    let before = world.everything();
    let fields = [("name", "Nora Quist"), ("email", "no address"), ("role", "rep"), ("side", "")];
    let answer = world.posts("operations", "/people", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("href=\"#email\"") && answer.body.contains("value=\"Nora Quist\"")
    );
    assert!(answer.body.contains("<title>Error: Let somebody in"));
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_says_until_when_it_works_and_can_be_taken_back() {
    let world = World::new();
    let answer = world.posts("operations", "/people", &NEW).await;
    assert!(answer.text().contains("It works once, until Mon 23 Nov, 09:00"), "{}", answer.text());
    let link = link_in(&answer.body);
    let list = world.page("leader", "/people").await;
    assert!(list.contains("rep sales invited, the link works until 23 Nov 09:00"), "{list}");
    let nora = world.asks(|engine| engine.find_person("nora@millrace.example"));
    let page = format!("/people/{}", nora.expect("she was let in"));
    let again = link_in(&world.posts("operations", &format!("{page}/link"), &[]).await.body);
    let spent = world.gets("nobody", &link).await;
    assert_eq!(spent.status, StatusCode::UNPROCESSABLE_ENTITY, "the earlier works no more");
    assert_eq!(world.gets("nobody", &again).await.status, StatusCode::OK);
    let back = format!("{page}/link/withdrawal");
    assert_eq!(world.posts("mara", &back, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.posts("operations", &back, &[]).await.header("location"), page);
    assert_eq!(world.gets("nobody", &again).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(world.page("leader", &page).await.contains("no password and no link"));
    let none = world.posts("operations", &back, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session() {
    let world = World::new();
    let answer = world.posts("rep", "/sign-out", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(world.gets("rep", "/leads").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_demonstration_one_may_be_any_of_its_people_and_nobody_else() {
    let world = World::demonstration();
    let door = world.page("nobody", "/sign-in").await;
    assert!(door.contains("A made-up firm.") && door.contains("Rita Voss"), "{door}");
    let fields = [("user", world.user("mara").as_str()), ("to", "/agreement")];
    let answer = world.posts("nobody", "/demo/sign-in", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/agreement"));
    assert!(answer.header("set-cookie").starts_with("ls="), "{:?}", answer.headers);
    let before = world.everything();
    let answer = world.posts("nobody", "/demo/sign-in", &[("user", "lockstep:p99")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
    assert!(world.page("rep", "/leads").await.contains("Sign in as somebody else"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_a_file_of_whom_the_list_shows() {
    let world = World::new();
    let told = json!([
        {"fact": "user", "user": "crm:ann", "fields": {"name": "=Ann", "team": "North"}},
        {"fact": "user", "user": "crm:bo", "fields": {"name": "Bo", "team": "South"}},
    ]);
    assert!(world.reports(told).await.status.is_success());
    let page = world.gets("rep", "/people?team=North").await.body;
    assert!(page.contains("href=\"/people.csv?team=North\""), "{page}");
    let file = world.gets("rep", "/people.csv?team=North").await.body;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 2, "{file}");
    assert!(lines[0].contains("id,name,role,side,team,manager"), "{file}");
    assert!(lines[1].contains("crm:ann") && !lines[1].contains(",=Ann"), "no formula: {file}");
    let all = world.gets("operations", "/people.csv").await.body;
    assert!(all.lines().count() > 8 && all.contains("Rita Voss"), "{all}");
    assert!(world.gets("rep", "/people.xlsx").await.status.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_let_in_with_team_manager_and_calendar_or_not_at_all() {
    let world = World::just_signed();
    let form = world.gets("operations", "/people/new").await.body;
    for name in ["team", "manager", "calendar"] {
        assert!(form.contains(&format!("name=\"{name}\"")), "{name}: {form}");
    }
    let new = |manager: &str, calendar: &str| {
        let all = [("name", "Nora Quist"), ("email", "nora@millrace.example"), ("role", "rep")];
        let more = [("team", "North"), ("manager", manager), ("calendar", calendar)];
        let all = all.into_iter().chain(more);
        all.map(|(name, value)| (name, value.to_owned())).collect::<Vec<_>>()
    };
    let sends = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.posts("operations", "/people", &fields).await
    };
    let before = world.everything();
    let refused = sends(new("nobody:here", "")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert!(refused.body.contains("id=\"manager-wrong\""), "beside the field: {}", refused.body);
    assert!(refused.body.contains("value=\"North\""), "what was typed is kept");
    assert_eq!(world.everything(), before, "nobody is let in by half");
    let sven = world.user("sven").to_string();
    let calendar = form.split("id=\"calendar\"").nth(1).and_then(|it| it.split("value=\"").nth(2));
    let calendar = calendar.and_then(|it| it.split('"').next()).expect("the text has one");
    assert!(sends(new(&sven, calendar)).await.text().contains("A link for Nora Quist"));
    let users = world.asks(|engine| engine.read(|reader| reader.users())).expect("they are read");
    let nora = users.iter().find(|user| user.manager.as_deref() == Some(&sven)).expect("Nora");
    let known = world.page("operations", &format!("/people/{}", nora.id)).await;
    for words in ["Team North", "Led by Sven Arndt", &format!("Calendar {calendar}")] {
        assert!(known.contains(words), "{words}: {known}");
    }
    let (before, now) = (world.everything(), world.now());
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_with_somebody_new_is_said_at_once_each_beside_its_field() {
    let world = World::just_signed();
    let before = world.everything();
    let long = "t".repeat(81);
    let fields = [
        ("name", " "),
        ("email", ""),
        ("role", "rep"),
        ("team", &*long),
        ("manager", "nobody:here"),
        ("calendar", "moon"),
    ];
    let refused = world.posts("operations", "/people", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, says) in [
        ("name", "The name is blank: write the name that the others know."),
        ("email", "The mail address is blank: write it like ann@firm.example."),
        ("team", "The name of the team has 81 letters: use at most 80."),
        ("manager", "There is nobody with the id nobody:here to lead them"),
        ("calendar", "The Agreement in force has no calendar"),
    ] {
        assert!(refused.body.contains(&format!("id=\"{field}-wrong\"")), "{field}");
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
    }
    assert_eq!(world.everything(), before, "nobody is let in by half");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_has_left_nothing_is_offered_that_they_need_no_more() {
    let world = World::demonstration();
    let page = format!("/people/{}", world.user("marketer"));
    let offers = ["/link\"", "/absences\"", "Write down an absence"];
    let here = world.gets("operations", &page).await.body;
    assert!(offers.iter().all(|offer| here.contains(offer)), "{here}");
    let left = world.posts("operations", &format!("{page}/leaving"), &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text());
    let gone = world.gets("operations", &page).await.body;
    assert!(offers.iter().all(|offer| !gone.contains(offer)), "{gone}");
    let before = world.everything();
    let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-20")];
    let away = world.posts("operations", &format!("{page}/absences"), &days).await;
    assert!(away.text().contains("Milo Brandt has left: there is no work"), "{}", away.text());
    let link = world.posts("operations", &format!("{page}/link"), &[]).await;
    assert!(link.text().contains("Milo Brandt has left: let them in again"), "{}", link.text());
    let door = world.page("nobody", "/sign-in").await;
    assert!(door.contains("Rita Voss") && !door.contains("Milo Brandt"), "{door}");
    let fields = [("user", world.user("marketer").as_str()), ("to", "/")];
    let entered = world.posts("nobody", "/demo/sign-in", &fields).await;
    assert_eq!(entered.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
}
