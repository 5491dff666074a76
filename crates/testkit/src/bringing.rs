//! Files are brought to the dock, and the worker works on them.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::{
    body::Body,
    http::{Request, header},
};
use engine::import::dock::Dock;
use tower::ServiceExt;

use crate::{Answer, World};

impl World {
    /// Where files lie that people bring.
    pub fn dock(&self) -> &Dock {
        &self.dock
    }

    /// Works on the imports that wait, until none does.
    pub fn works(&self) -> &World {
        let (now, dock) = (self.now(), &self.dock);
        self.asks(
            |engine| while engine.work_on_imports(dock, &|| now).expect("the worker works") {},
        );
        self
    }

    /// Works on the next import; when the worker looks at the clock for the `nth` time, from 1,
    /// somebody meanwhile does something else.
    pub fn works_and_meanwhile(&self, nth: u32, act: impl Fn() + Sync + Send) -> &World {
        let (now, dock, looked) = (self.now(), &self.dock, AtomicU32::new(0));
        let clock = || {
            if looked.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                act();
            }
            now
        };
        self.asks(|engine| engine.work_on_imports(dock, &clock)).expect("the worker works");
        self
    }

    /// Somebody drops files at the dock.
    pub async fn brings(&self, short: &str, files: &[(&str, &[u8])]) -> Answer {
        self.brings_and_says(short, files, &[]).await
    }

    /// Somebody drops files at the dock, and says something of all of them, after the files as a
    /// browser does.
    pub async fn brings_and_says(
        &self,
        short: &str,
        files: &[(&str, &[u8])],
        fields: &[(&str, &str)],
    ) -> Answer {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (name, content) in files {
            let head = format!(
                "--{EDGE}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        for (name, text) in fields {
            let part = format!(
                "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let request = Request::post("/imports")
            .header(header::HOST, "lockstep.example")
            .header(header::ORIGIN, "http://lockstep.example")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={EDGE}"));
        let request = self.signed(request, short).body(Body::from(body)).expect("a request");
        Answer::of(self.router.clone().oneshot(request).await.expect("an answer")).await
    }
}
