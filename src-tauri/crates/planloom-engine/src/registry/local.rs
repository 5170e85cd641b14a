//! Looks for model servers on this machine, when somebody asks.

use crate::settings::OLLAMA_BASE_URL;
use futures_util::future::join_all;
use planloom_providers::{OpenAiConfig, ProviderConfig};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// A server of this machine answers a list in a few milliseconds.
const PATIENCE: Duration = Duration::from_millis(300);
/// Where they listen unless told otherwise.
const USUAL: [(&str, &str); 3] =
    [("Ollama", OLLAMA_BASE_URL), ("LM Studio", "http://127.0.0.1:1234/v1"), ("llama.cpp", "http://127.0.0.1:8080/v1")];

/// A server that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalServer {
    /// The program that usually listens there.
    pub name: String,
    /// For a provider of kind `openai`.
    pub base_url: String,
    /// The models that it lists.
    pub models: Vec<String>,
}

/// The model servers that answer at their usual ports on this machine.
pub async fn find_local_servers() -> Vec<LocalServer> {
    find(&USUAL).await
}

async fn find(places: &[(&str, &str)]) -> Vec<LocalServer> {
    let asked = places.iter().map(|(name, base_url)| ask(name, base_url));
    join_all(asked).await.into_iter().flatten().collect()
}

async fn ask(name: &str, base_url: &str) -> Option<LocalServer> {
    let config = OpenAiConfig { base_url: base_url.to_owned(), ..OpenAiConfig::default() };
    let client = ProviderConfig::OpenAi(config).build().ok()?;
    let models = tokio::time::timeout(PATIENCE, client.models()).await.ok()?.ok()?;
    let models = models.into_iter().map(|model| model.id).collect();
    Some(LocalServer { name: name.to_owned(), base_url: base_url.to_owned(), models })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn servers_that_answer_in_time_with_a_list_are_found() {
        let bind = || async { TcpListener::bind("127.0.0.1:0").await.expect("a port") };
        let (there, silent, closed) = (bind().await, bind().await, bind().await);
        let url = |listener: &TcpListener| format!("http://{}/v1", listener.local_addr().expect("an address"));
        let urls = [url(&there), url(&silent), url(&closed)];
        drop(closed);
        tokio::spawn(async move {
            let (mut stream, _) = there.accept().await.expect("a caller");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n{\"data\":[{\"id\":\"smol\"}]}";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.read(&mut request).await;
        });
        let found = find(&[("A", &urls[0]), ("B", &urls[1]), ("C", &urls[2])]).await;
        let expected = LocalServer { name: "A".to_owned(), base_url: urls[0].clone(), models: vec!["smol".to_owned()] };
        assert_eq!(found, [expected]);
    }
}
