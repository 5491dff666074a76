//! The sheet of keys. The script opens the same in place.

use askama::Template;
use axum::response::Response;

use crate::{
    keys::{ALWAYS, LIST, PAGE},
    layout::{Frame, Place},
    session::Visit,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/keys/index.html")]
struct KeysPage {
    frame: Frame,
}

/// Shows the sheet.
pub(crate) async fn index(visit: Visit) -> Response {
    let frame = visit.frame.clone().titled("Keys");
    visit.show(KeysPage { frame })
}

/// Keys as they are printed, and what they do.
type Line = (Vec<&'static str>, String);

impl KeysPage {
    /// The groups with their headings.
    fn groups(&self) -> Vec<(&'static str, Vec<Line>)> {
        let listed = |keys: &[crate::keys::Key]| {
            keys.iter().map(|key| (key.keys.to_vec(), key.does.to_owned())).collect()
        };
        let places = Place::GROUPS.iter().flat_map(|(_, places)| places.iter());
        let places = places.filter(|place| self.frame.has(place));
        let go = places.map(|place| (vec!["G", place.letter()], format!("Go to {}", place.name())));
        vec![
            ("Anywhere", listed(&ALWAYS)),
            ("On a page", listed(&PAGE)),
            ("In a list", listed(&LIST)),
            ("Go to", go.collect()),
        ]
    }
}
