//! Pages for people, and the frame they stand in.
//!
//! Invariants: nothing reaches a page unescaped. Text goes through askama or through
//! [`markup::Element`]; [`markup::Markup`] is the only type that templates do not escape, and only
//! this crate can make one. No `GET` changes anything; every form is answered by a page to go on
//! to. Who may do what is asked of `engine::access::may`, and nowhere else.

mod api;
mod app;
pub mod charts;
mod failure;
mod find;
pub mod flash;
mod judged;
mod kept;
pub mod keys;
pub mod layout;
mod library;
mod list;
mod live;
pub mod markup;
mod names;
pub mod page;
mod pages;
mod preference;
pub mod security;
mod sent;
mod sentence;
mod session;
mod sheet;
pub mod show;
mod signed_out;
pub mod static_files;
pub mod theme;
mod throttle;
mod whom;
mod workings;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};

pub use app::{App, Clock, DemoInfo};
pub use failure::Failure;
pub use live::Closing;
pub use pages::agreement::paper as agreement_on_paper;
pub use session::Signed;

use crate::{
    app::{House, Shared},
    layout::{ErrorPage, SIGN_OUT},
    list::{export, give, index, offers, ticked::undo},
    pages::{
        account,
        accounts::Accounts,
        agreement, backtest,
        collateral_request::{self, list::Requests},
        correct::{Correctable, Leads, edit_field, edit_owner, update_field, update_owner},
        dispute::{self, list::Disputes},
        duplicates, fact, handoff,
        imports::{self, list::Imports},
        lead, leads,
        ledger::Facts,
        merging,
        opportunities::Opportunities,
        opportunity, palette,
        people::{self, People},
        record, responsibilities, routing, scoreboard, search, sign_in, suggestion, today, views,
        welcome,
    },
    security::{Site, protect},
    signed_out::keep_what_was_typed,
};

/// The largest form that pages take, in bytes.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// The list of leads, its views, and what is done from it.
fn lists() -> Router<Shared> {
    Router::new()
        .route("/leads", get(leads::index))
        .route("/leads.csv", get(leads::export::show))
        .route("/leads.xlsx", get(leads::export::show))
        .route("/leads/corrections", post(leads::correct::create))
        .route("/undo/corrections/{id}", post(undo))
        .route("/leads/{id}", get(lead::show))
        .route("/leads/{id}/routing", get(routing::lead))
        .route("/leads/{id}/what-if", get(lead::what_if::show))
        .route("/leads/{id}/account", post(lead::account::take))
        .route("/duplicates", get(duplicates::index))
        .route("/duplicates.csv", get(duplicates::export::show))
        .route("/duplicates.xlsx", get(duplicates::export::show))
        .route("/leads/{id}/merge/{other}", get(merging::compare).post(merging::merge))
        .route("/leads/{id}/apart/{other}", post(merging::apart))
        .route("/undo/merges/{id}/{other}", post(merging::unmerge))
        .route("/handoffs/{id}", get(handoff::show))
        .route("/handoffs/{id}/answer", post(handoff::answer))
        .route("/handoffs/{id}/dispute", post(handoff::contest))
        .route("/views", get(views::index).post(views::create))
        .route("/views.csv", get(views::export))
        .route("/views.xlsx", get(views::export))
        .route("/views/{id}", get(views::edit).post(views::update))
        .route("/views/{id}/removal", post(views::remove))
        .route("/undo/views/{id}", post(views::restore))
}

/// Correcting one thing of a kind, under the address of its page.
fn correcting<C: Correctable + 'static>(of: &str) -> Router<Shared> {
    let field = get(edit_field::<C>).post(update_field::<C>);
    let owner = get(edit_owner::<C>).post(update_owner::<C>);
    Router::new()
        .route(&format!("/{of}/{{id}}/fields/{{name}}"), field)
        .route(&format!("/{of}/{{id}}/owner"), owner)
}

/// Bringing data in.
fn bringing() -> Router<Shared> {
    Router::new()
        .route("/imports", get(index::<Imports>))
        .route("/imports.csv", get(export::<Imports>))
        .route("/imports.xlsx", get(export::<Imports>))
        .route("/imports/new", get(imports::received::new))
        .route("/imports/{id}", get(imports::show::show))
        .route("/imports/{id}/settings", post(imports::acts::settings))
        .route("/imports/{id}/tables/{no}", get(imports::table::edit).post(imports::table::update))
        .route("/imports/{id}/trial", post(imports::acts::trial))
        .route("/imports/{id}/mending", post(imports::acts::mending))
        .route("/imports/{id}/matches", post(imports::acts::matches))
        .route("/imports/{id}/run", post(imports::acts::run))
        .route("/imports/{id}/pause", post(imports::acts::pause))
        .route("/imports/{id}/stop", post(imports::acts::stop))
        .route("/imports/{id}/again", post(imports::acts::again))
        .route("/imports/{id}/undo", get(imports::undo::show).post(imports::undo::begin))
        .route("/imports/{id}/undo/pause", post(imports::undo::pause))
        .route("/imports/{id}/undo/resume", post(imports::undo::resume))
        .route("/imports/{id}/left.csv", get(imports::undo::left))
        .route("/imports/{id}/left.xlsx", get(imports::undo::left))
        .route("/imports/{id}/judged", get(imports::judged::index))
        .route("/imports/{id}/judged.csv", get(imports::judged::file))
        .route("/imports/{id}/judged.xlsx", get(imports::judged::file))
        .route("/imports/{id}/rejected.csv", get(imports::rejected::show))
        .route("/imports/{id}/rejected.xlsx", get(imports::rejected::show))
}

/// Who is there.
fn colleagues() -> Router<Shared> {
    Router::new()
        .route("/people", get(index::<People>).post(people::create))
        .route("/people.csv", get(export::<People>))
        .route("/people.xlsx", get(export::<People>))
        .route("/people/new", get(people::new))
        .route("/people/{id}", get(people::person::show).post(people::change::update))
        .route("/people/{id}/record", post(people::change::record))
        .route("/people/{id}/absences", post(people::absence::create))
        .route("/people/{id}/absences/{no}/withdrawal", post(people::absence::withdraw))
        .route("/people/{id}/schooling", post(people::schooling::create))
        .route("/people/{id}/book", get(people::book::show).post(people::book::pass_on))
        .route("/people/{id}/book/{no}/withdrawal", post(people::book::take_back))
        .route("/people/{id}/leaving", post(people::book::leave))
        .route("/people/{id}/link", post(people::change::link))
        .route("/people/{id}/link/withdrawal", post(people::change::take_back))
        .route("/people/{id}/sessions/end", post(people::change::end_sessions))
        .route("/people/{id}/sessions/{handle}/end", post(people::change::end_session))
}

/// What both sides have signed, and where they disagree.
fn signed() -> Router<Shared> {
    Router::new()
        .route("/agreement", get(agreement::current))
        .route("/agreement/draft", get(agreement::draft::show).post(agreement::draft::create))
        .route(
            "/agreement/proposal",
            get(agreement::propose::preview::show).post(agreement::propose::preview::create),
        )
        .route("/agreement/proposal/removal", post(agreement::propose::preview::drop))
        .route(agreement::actions::ACTIONS, get(agreement::actions::index))
        .route("/agreement/actions/{id}", get(agreement::actions::show))
        .route("/agreement/actions/{id}/closing", post(agreement::actions::close))
        .route("/agreement/{version}", get(agreement::show))
        .route(
            "/agreement/{version}/clauses/{*key}",
            get(agreement::propose::show).post(agreement::propose::create),
        )
        .route("/agreement/{version}/text", get(agreement::text::show))
        .route("/agreement/priorities", get(agreement::priorities::current))
        .route("/agreement/{version}/priorities", get(agreement::priorities::show))
        .route("/agreement/message", get(agreement::message::current))
        .route("/agreement/{version}/message", get(agreement::message::show))
        .route("/agreement/{version}/personas", get(agreement::personas::index))
        .route("/agreement/{version}/personas/{id}", get(agreement::personas::show))
        .route(
            "/agreement/{version}/personas/{id}/evidence",
            post(agreement::personas::evidence::create),
        )
        .route(
            "/agreement/{version}/personas/{id}/evidence/{no}/withdrawal",
            post(agreement::personas::evidence::withdraw),
        )
        .route("/agreement/{version}/backtest", get(backtest::index))
        .route("/agreement/{version}/backtests", post(backtest::attached::create))
        .route("/agreement/{version}/backtest/leads", get(backtest::leads::index))
        .route("/agreement/{version}/backtest/leads.csv", get(backtest::leads::file))
        .route("/agreement/{version}/backtest/leads.xlsx", get(backtest::leads::file))
        .route("/agreement/{version}/points", get(suggestion::index).post(suggestion::create))
        .route("/agreement/{version}/points/leads", get(suggestion::leads::index))
        .route("/agreement/{version}/points/leads.csv", get(suggestion::leads::file))
        .route("/agreement/{version}/points/leads.xlsx", get(suggestion::leads::file))
        .route("/agreement/{version}/redline", get(agreement::redline::show))
        .route("/agreement/{version}/talk/{*part}", get(agreement::talk::show))
        .route("/agreement/{version}/comments/{*part}", post(agreement::talk::comment))
        .route("/agreement/{version}/answers/{*part}", post(agreement::talk::answer))
        .route("/agreement/{version}/without-declined", post(agreement::talk::draw))
        .route("/agreement/{version}/changes", get(agreement::changes::index))
        .route("/agreement/{version}/changes.csv", get(agreement::changes::export::show))
        .route("/agreement/{version}/changes.xlsx", get(agreement::changes::export::show))
        .route("/agreement/{version}/signature", post(agreement::signature::create))
        .route("/agreement/substitutes", post(agreement::substitute::create))
        .route("/agreement/substitutes/{no}/withdrawal", post(agreement::substitute::withdraw))
        .route("/disputes", get(index::<Disputes>).post(dispute::create))
        .route("/disputes.csv", get(export::<Disputes>))
        .route("/disputes.xlsx", get(export::<Disputes>))
        .route("/disputes/new", get(dispute::new))
        .route("/disputes/{id}", get(dispute::show))
        .route("/disputes/{id}/statement", post(dispute::answer))
        .route("/disputes/{id}/ruling", post(dispute::rule))
        .route("/agreement/{version}/withdrawal", post(agreement::signature::withdraw))
}

/// What colleagues ask one another for.
fn requests() -> Router<Shared> {
    Router::new()
        .route("/requests", get(index::<Requests>).post(collateral_request::create))
        .route("/requests.csv", get(export::<Requests>))
        .route("/requests.xlsx", get(export::<Requests>))
        .route("/requests/new", get(collateral_request::new))
        .route("/requests/{id}", get(collateral_request::show))
        .route("/requests/{id}/answer", post(collateral_request::answer))
        .route("/requests/{id}/withdrawal", post(collateral_request::withdraw))
        .route("/requests/{id}/dispute", post(collateral_request::contest))
}

/// Every address, in one list.
pub fn router(app: App) -> Router {
    let site = Site { https: app.https };
    let house = House::new(app);
    let demo = house.app.demo.is_some();
    let mut pages: Router<Shared> = Router::new()
        .route("/", get(today::index))
        .route("/sign-in", get(sign_in::new).post(sign_in::create))
        .route(SIGN_OUT, post(sign_in::destroy))
        .route("/welcome/{secret}", get(welcome::new).post(welcome::create))
        .route("/theme", post(theme::create))
        .route("/account", get(account::index))
        .route("/account/password", post(account::password))
        .route("/account/sessions/end", post(account::end_others))
        .route("/account/sessions/{handle}/end", post(account::end))
        .route(keys::SHEET, get(pages::keys::index).post(keys::create))
        .route("/search", get(search::index))
        .route("/palette", get(palette::index))
        .route("/colleagues", get(offers::index))
        .route("/live", get(live::show))
        .route("/first-steps", post(today::steps::update))
        .route("/opportunities", get(index::<Opportunities>))
        .route("/opportunities.csv", get(export::<Opportunities>))
        .route("/opportunities.xlsx", get(export::<Opportunities>))
        .route("/opportunities/corrections", post(give::<Opportunities>))
        .route("/opportunities/{id}", get(opportunity::show))
        .route("/accounts", get(index::<Accounts>))
        .route("/accounts.csv", get(export::<Accounts>))
        .route("/accounts.xlsx", get(export::<Accounts>))
        .route("/accounts/corrections", post(give::<Accounts>))
        .route("/accounts/{id}", get(record::account))
        .route("/campaigns/{id}", get(record::campaign))
        .route("/ledger", get(index::<Facts>))
        .route("/ledger.csv", get(export::<Facts>))
        .route("/ledger.xlsx", get(export::<Facts>))
        .route("/facts/{no}", get(fact::show))
        .route("/routing", get(routing::index))
        .route("/responsibilities", get(responsibilities::index))
        .route("/scoreboard", get(scoreboard::index))
        .route("/scoreboard/rows", get(scoreboard::rows))
        .route("/scoreboard/rows.csv", get(scoreboard::export))
        .route("/scoreboard/rows.xlsx", get(scoreboard::export));
    if demo {
        pages = pages.route("/demo/sign-in", post(sign_in::demo));
    }
    let pages = pages
        .merge(lists())
        .merge(correcting::<Leads>("leads"))
        .merge(correcting::<Opportunities>("opportunities"))
        .merge(correcting::<Accounts>("accounts"))
        .merge(colleagues())
        .merge(requests())
        .merge(signed())
        .merge(bringing())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(house.clone(), keep_what_was_typed));
    // Files are counted while they are written to the dock, not held.
    let files = Router::new()
        .route("/imports", post(imports::received::create))
        .layer(DefaultBodyLimit::disable());
    let pages = pages.merge(files);
    let whole = pages.merge(api::routes()).merge(static_files::routes());
    let whole = whole.fallback(|| async { ErrorPage::absent() });
    let whole = whole.method_not_allowed_fallback(|| async { ErrorPage::not_so() });
    protect(whole, site).with_state(house)
}
