//! What runs the service itself: health, metrics, keys of the listener.

use planloom_store::ApiKey;
use serde::Serialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Handle, stopped};
use crate::turn::Message;
use crate::views::{DatabaseHealth, DatabaseStatus, HealthView, LaneView, ServiceStatus, timestamp};
use crate::{Error, clock};

/// A key of the listener beside the main one. The key itself is shown once, when it is made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    pub id: String,
    pub name: String,
    /// `read`, `run` or `review`.
    pub scope: String,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_used_at: Option<String>,
}

impl ApiKeyView {
    fn of(key: ApiKey) -> ApiKeyView {
        ApiKeyView {
            id: key.id,
            name: key.name,
            scope: key.scope,
            created_at: timestamp(key.created_at),
            last_used_at: key.last_used_at.map(timestamp),
        }
    }
}

impl Handle {
    /// Whether the engine can work; asks nobody.
    pub fn health(&self) -> HealthView {
        let is_degraded = self.shared.degraded().is_some();
        HealthView {
            status: if is_degraded { ServiceStatus::Degraded } else { ServiceStatus::Ok },
            version: env!("CARGO_PKG_VERSION"),
            uptime_ms: u64::try_from(self.shared.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            database: DatabaseHealth {
                status: if is_degraded { DatabaseStatus::Unavailable } else { DatabaseStatus::Ok },
                schema_version: planloom_store::SCHEMA_VERSION,
            },
        }
    }

    /// Queues and models with their load.
    pub async fn queues(&self) -> Result<Vec<LaneView>, Error> {
        let (sender, receiver) = oneshot::channel();
        self.send(Message::Lanes(sender))?;
        receiver.await.map_err(|_| stopped())
    }

    /// Counters and gauges in Prometheus' text format.
    pub async fn metrics(&self) -> Result<String, Error> {
        let (commits, events, calls) = self.shared.counters.read();
        let counts = self.read(|snapshot| snapshot.executions_by_status()).await?;
        let database = self.read(|snapshot| snapshot.database_info()).await?;
        let lanes = self.queues().await?;
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, values: &[(String, u64)]| {
            text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
            for (labels, value) in values {
                text.push_str(&format!("{name}{labels} {value}\n"));
            }
        };
        let plain = |value| [(String::new(), value)];
        let uptime_s = self.shared.started.elapsed().as_secs();
        metric("planloom_uptime_seconds", "gauge", "Time since the start.", &plain(uptime_s));
        metric("planloom_commits_total", "counter", "Durable commits of the engine.", &plain(commits));
        metric("planloom_events_total", "counter", "Journal rows written.", &plain(events));
        metric("planloom_model_calls_total", "counter", "Model calls started.", &plain(calls));
        let by_status: Vec<(String, u64)> =
            counts.into_iter().map(|(status, count)| (format!("{{status=\"{status}\"}}"), count)).collect();
        metric("planloom_executions", "gauge", "Executions by status.", &by_status);
        let labels = |lane: &LaneView| {
            let name = lane.name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{{kind=\"{}\",name=\"{name}\"}}", lane.kind.as_str())
        };
        let running: Vec<_> = lanes.iter().map(|lane| (labels(lane), u64::from(lane.running))).collect();
        metric("planloom_lane_running", "gauge", "Attempts in a lane.", &running);
        let waiting: Vec<_> = lanes.iter().map(|lane| (labels(lane), u64::from(lane.waiting))).collect();
        metric("planloom_lane_waiting", "gauge", "Tasks waiting for a lane.", &waiting);
        metric("planloom_database_bytes", "gauge", "Size of the database.", &plain(database.bytes));
        Ok(text)
    }

    /// Keys of the listener, without the keys themselves.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyView>, Error> {
        let keys = self.read(|snapshot| snapshot.api_keys()).await?;
        Ok(keys.into_iter().map(ApiKeyView::of).collect())
    }

    /// The key whose SHA-256 this is.
    pub async fn find_api_key(&self, sha256: [u8; 32]) -> Result<Option<ApiKeyView>, Error> {
        let found = self.read(move |snapshot| snapshot.api_key_by_hash(&sha256)).await?;
        Ok(found.map(ApiKeyView::of))
    }

    /// Keeps the SHA-256 of a new key.
    pub async fn create_api_key(&self, name: &str, scope: &str, sha256: [u8; 32]) -> Result<ApiKeyView, Error> {
        let key = ApiKey {
            id: format!("dt_key_{}", Uuid::now_v7().simple()),
            name: name.to_owned(),
            scope: scope.to_owned(),
            hash: sha256,
            created_at: clock::now_ms(),
            last_used_at: None,
        };
        self.write(None, move |tx| {
            tx.insert_api_key(&key).map_err(Error::from_store)?;
            Ok(ApiKeyView::of(key))
        })
        .await
    }

    /// Ends a key; false when there is none with this id.
    pub async fn delete_api_key(&self, id: &str) -> Result<bool, Error> {
        let id = id.to_owned();
        self.write(None, move |tx| match tx.delete_api_key(&id) {
            Ok(()) => Ok(true),
            Err(planloom_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::from_store(error)),
        })
        .await
    }
}
