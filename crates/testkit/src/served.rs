//! A world's pages at an address of this machine, for a real browser.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// Pages that are served; no longer once this is dropped.
pub struct Served {
    home: String,
    early: watch::Receiver<Vec<String>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn open(router: Router) -> Served {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let home = format!("http://{}", listener.local_addr().expect("it has an address"));
        let (notes, early) = watch::channel(Vec::new());
        let router = router.layer(middleware::from_fn(move |request: Request, next: Next| {
            let purpose = request.headers().get("sec-purpose").and_then(|it| it.to_str().ok());
            if purpose.is_some_and(|purpose| purpose.starts_with("prefetch")) {
                notes.send_modify(|seen: &mut Vec<String>| seen.push(request.uri().to_string()));
            }
            next.run(request)
        }));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await });
        Served { home, early, serving }
    }

    /// Where the pages are: `http://127.0.0.1:49152`.
    pub fn home(&self) -> &str {
        &self.home
    }

    /// The addresses that a browser has fetched before anybody went there, as they come.
    pub fn early(&self) -> watch::Receiver<Vec<String>> {
        self.early.clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
