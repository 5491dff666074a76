//! A world's pages at an address of this machine, for a real browser.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};

/// Pages that are served; no longer once this is dropped.
pub struct Served {
    home: String,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn open(router: Router) -> Served {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let home = format!("http://{}", listener.local_addr().expect("it has an address"));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await });
        Served { home, serving }
    }

    /// Where the pages are: `http://127.0.0.1:49152`.
    pub fn home(&self) -> &str {
        &self.home
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
