use askama::Template;
use domain::firm::{Role, Side};
use domain::ids::Version;
use jiff::tz::TimeZone;

use super::*;
use crate::flash::Flash;
use crate::markup::Markup;
use crate::markup::tests::assert_well_formed;
use crate::show::{self, LocalTime};
use crate::theme::Theme;

fn frame() -> Frame {
    let now = "2026-11-19T08:12:00Z".parse().unwrap();
    let time = LocalTime::new(now, TimeZone::get("Europe/Berlin").unwrap());
    let person = Person { name: "Jonas <Ebert>".to_owned(), side: Side::Sales, role: Role::Rep };
    let counts = Counts { leads: Some(1_030), people: Some(9) };
    let frame = Frame::new("Ostrand & Sons", person, time).titled("Leads").at(Place::Leads);
    Frame { in_force: Some(Version(7)), counts, back: "/leads?x=\"1\"".to_owned(), ..frame }
}

#[derive(Template)]
#[template(
    source = r#"{% extends "layout/base.html" %}
{% block main %}<div class="head"><div><h1>Leads</h1></div></div>{% endblock %}"#,
    ext = "html"
)]
struct Sample {
    frame: Frame,
}

#[test]
fn the_frame_names_firm_person_version_and_time() {
    let html = Sample { frame: frame() }.render().unwrap();
    assert_well_formed(&html);
    for part in [
        "<title>Leads · Lockstep</title>",
        "Ostrand &#38; Sons",
        "Jonas &#60;Ebert&#62;",
        "href=\"/leads\"",
        "aria-current=\"page\">Leads <span class=\"c\">1,030</span>",
        "<span class=\"c\">v7</span>",
        ">Thu 19 Nov, 09:12 Berlin</time>",
        "value=\"/leads?x=&#34;1&#34;\"",
        "rep, sales",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert_eq!(html.matches("aria-current").count(), 1);
    assert!(!html.contains("data-theme") && !html.contains("class=\"demo\""), "{html}");
}

#[test]
fn theme_flash_demo_and_refusal_show_when_they_are_there() {
    let demo = Demo { says: "A made-up firm.".to_owned(), switch: "/sign-in".to_owned() };
    let html = Sample {
        frame: Frame {
            theme: Theme::Dark,
            flash: Some(Flash::not_done("Not <saved>")),
            demo: Some(demo),
            refused: true,
            keys: false,
            in_force: None,
            ..frame()
        },
    }
    .render()
    .unwrap();
    assert_well_formed(&html);
    for part in [
        "<html lang=\"en\" data-theme=\"dark\" data-keys=\"off\">",
        "<title>Error: Leads · Lockstep</title>",
        "class=\"flash late\"",
        "Not &#60;saved&#62;",
        "A made-up firm.",
        "value=\"dark\" aria-pressed=\"true\"",
        "No Agreement in force yet",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

fn form() -> Form {
    Form::of([
        Field::email("email", "E-mail").value("a\"b").autocomplete("username"),
        Field::password("password", "Password").value("secret").hint("Pasting is welcome."),
        Field::radio("reason", "Reason", vec![("no_project".into(), "no project".into())]),
        Field::select("role", "Role", vec![("rep".into(), "rep".into())]).value("rep"),
        Field::new("note", "Note", Control::Area).optional(),
        Field::new("all", "All of them", Control::Check),
        Field::hidden("seen", "7"),
    ])
}

#[test]
fn a_refused_form_without_anything_typed_does_not_claim_to_keep_it() {
    let mut form = Form::of([Field::hidden("seen", "7")]);
    form.refuse_whole("Marketing has signed version 1 already");
    let html = form.summary().to_string();
    assert!(html.contains("Nothing was saved.</p>"), "{html}");
}

#[test]
fn a_refused_form_says_the_same_twice_and_keeps_what_was_typed() {
    let mut form = form();
    assert_eq!(form.summary(), Markup::new());
    form.refuse("email", "Enter an e-mail address");
    form.refuse("reason", "Choose a reason");
    form.refuse_whole("This lead was given to another rep: ask them to pass it on");
    let html = format!("{}{}", form.summary(), form.all());
    assert_well_formed(&html);
    assert_eq!(html.matches("Enter an e-mail address").count(), 2);
    for part in [
        "What you typed is still below, except the password.",
        "<a href=\"#email\">",
        "<a href=\"#reason-1\">",
        "<li>This lead was given",
        "value=\"a&#34;b\"",
        "aria-invalid=\"true\" aria-describedby=\"email-wrong\"",
        "aria-describedby=\"password-hint\"",
        "<option value=\"rep\" selected>",
        "type=\"hidden\" name=\"seen\" value=\"7\"",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("secret"), "a password came back: {html}");
}

#[test]
fn a_drawer_leaves_out_what_it_does_not_know() {
    let bare = Because {
        answer: "Fit is 55 because".into(),
        close: "/leads/7".into(),
        ..Because::default()
    };
    let html = bare.to_string();
    assert_well_formed(&html);
    assert!(html.contains("href=\"/leads/7\" data-close"), "{html}");
    assert!(!html.contains("<table") && !html.contains("<blockquote"), "{html}");

    let working = Working {
        when: "17 Nov".into(),
        what: show::figure("Price <page>", "/facts/9"),
        rule: "rule E3".into(),
        sum: "25 × 1".into(),
        result: "25".into(),
    };
    let full = Because {
        counted: vec![working.clone()],
        passed_over: vec![working],
        total: Some("57".into()),
        next: Some("Nothing before Friday.".into()),
        ..bare
    };
    let html = full.to_string();
    assert_well_formed(&html);
    assert!(html.contains("Price &lt;page&gt;</a><small>rule E3</small>"), "{html}");
}

#[test]
fn error_pages_say_what_happened_what_is_saved_and_what_to_do() {
    for page in [
        ErrorPage::absent(),
        ErrorPage::foreign(),
        ErrorPage::not_so(),
        ErrorPage::too_many(),
        ErrorPage::too_large(),
        ErrorPage::broken().for_request("5f3c-1"),
        ErrorPage::unavailable(),
    ] {
        let html = page.in_theme(Theme::Light).render().unwrap();
        assert_well_formed(&html);
        for part in ["What happened", "What is saved", "What to do now", "data-theme=\"light\""] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains('!') || html.matches('!').count() == 1, "an exclamation: {html}");
    }
}

#[test]
fn an_empty_state_has_one_action_and_a_silent_ghost() {
    let state = EmptyState {
        title: "See every lead".into(),
        words: "Drop last year’s leads.".into(),
        action: Some(("Bring a file".into(), "/imports/new".into())),
        small: "About 2 minutes.".into(),
        steps: vec![("Do this.", "lockstep import a.csv")],
        heads: vec!["Lead", "Fit"],
        rows: vec![vec!["Svenja Kroll", "55"]],
    };
    let html = state.to_string();
    assert_well_formed(&html);
    assert_eq!(html.matches("<a ").count(), 1);
    assert!(html.contains("class=\"ghost\" aria-hidden=\"true\" inert"), "{html}");
    let alone = EmptyState { title: "Nothing here".into(), ..EmptyState::default() }.to_string();
    assert!(alone.contains("slate alone") && !alone.contains("ghost"), "{alone}");
}

#[test]
fn a_list_leads_on_only_where_there_is_more() {
    let after = Some("/leads?after=7".to_owned());
    let html = Pagination { shown: 50, total: Some(1_204), before: None, after }.to_string();
    assert_well_formed(&html);
    assert!(html.contains("50 of 1,204") && html.contains("rel=\"next\""), "{html}");
    assert!(!html.contains("rel=\"prev\""), "{html}");
}
