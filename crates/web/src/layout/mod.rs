//! The frame that pages stand in, and the parts that many pages share.
//!
//! A page's template extends `layout/base.html`, its struct holds a [`Frame`], and everything else
//! on it is written with [`crate::show`], [`crate::charts`] and the parts here.
//!
//! ```ignore
//! #[derive(Template)]
//! #[template(path = "pages/leads/index.html")]
//! struct LeadsPage {
//!     frame: Frame,
//!     rows: Vec<Row>,
//! }
//!
//! /// Shows the leads.
//! pub async fn index(State(app): State<App>, theme: Theme) -> impl IntoResponse {
//!     page(LeadsPage { frame: app.frame(theme).titled("Leads").at(Place::Leads), rows })
//! }
//! ```
//!
//! ```html
//! {% extends "layout/base.html" %}
//! {% block main %}
//! <div class="head"><div><h1>Leads</h1></div></div>
//! <table class="t fold"> … <td class="second">{{ row.clock }}</td> … </table>
//! {% endblock %}
//! {% block drawer %}{% if let Some(because) = because %}{{ because }}{% endif %}{% endblock %}
//! ```

pub mod because;
pub mod empty_state;
pub mod error_page;
pub mod files;
pub mod form;
pub mod frame;
pub mod pagination;

pub use because::{Agreed, Because, Working};
pub use empty_state::EmptyState;
pub use error_page::ErrorPage;
pub use files::Files;
pub(crate) use form::wrong_beside;
pub use form::{Control, Field, Form};
pub use frame::{Counts, Demo, Door, Frame, Person, Place};
pub use pagination::Pagination;

/// Where the form in the person's menu is sent to sign out.
pub const SIGN_OUT: &str = "/sign-out";

#[cfg(test)]
mod tests;
