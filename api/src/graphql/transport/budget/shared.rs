//! Budgets that all replicas share, in a Redis.
//!
//! One script takes what is to be spent out of all the budgets of an operation or out of none, by the
//! clock of Redis, so that neither replicas nor their clocks can disagree. While Redis is away each replica keeps
//! budgets of its own: a caller may then spend as many times its budget as there are replicas, and is
//! served. A Redis that was started anew has forgotten what was spent, as a budget that is full is no more than that.

use std::{sync::LazyLock, time::Duration};

use chrono::DateTime;
use futures::{FutureExt, future::BoxFuture};
use redis::Script;

use super::{Budget, Budgets, Holder, Memory, Spent, WINDOW, level::Level};
use crate::{Result, bus::Redis};

/// `KEYS`: the budgets, each holding the instant at which it will be full, in microseconds.
/// `ARGV`: the window, and for each budget in what time as much flows back as is to be spent.
/// Answers how long to wait, and for each budget in what time it will be full; all as texts, since numbers would lose
/// their fractions.
const SPEND: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
local wait, full_in = 0, {}
for i, key in ipairs(KEYS) do
  local full_at = tonumber(redis.call('GET', key) or now)
  full_in[i] = math.max(0, math.min(window, full_at - now))
  wait = math.max(wait, full_in[i] + ARGV[i + 1] - window)
end
if wait <= 0 then
  for i, key in ipairs(KEYS) do
    full_in[i] = math.min(window, full_in[i] + ARGV[i + 1])
    if full_in[i] > 0 then
      redis.call('SET', key, string.format('%.3f', now + full_in[i]), 'PX', math.ceil(full_in[i] / 1000))
    end
  end
end
local answer = { string.format('%.3f', wait) }
for i = 1, #KEYS do
  answer[i + 1] = string.format('%.3f', full_in[i])
end
return answer
";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(SPEND));

/// Budgets in a Redis, and of this process alone while that is away.
pub struct Shared {
    redis: Redis,
    own: Memory,
}

impl Shared {
    /// Budgets in this Redis, and in this memory while it is away.
    #[must_use]
    pub fn new(redis: Redis, own: Memory) -> Self {
        Self { redis, own }
    }

    /// Nothing when Redis is away.
    async fn spend_there(&self, budgets: &[Budget], points: u64) -> Option<Spent> {
        let keys: Vec<_> = budgets.iter().map(|budget| key(budget.holder())).collect();
        let window = micros(WINDOW);
        let times = budgets
            .iter()
            .map(|budget| micros(full(*budget).time_of(points)));
        let arguments: Vec<_> = [window].into_iter().chain(times).collect();
        let answer = self.redis.run(&SCRIPT, &keys, &arguments).await?;
        let (wait, full_in) = answer.split_first()?;
        let levels = budgets.iter().zip(full_in).map(|(budget, full_in)| {
            let now = DateTime::UNIX_EPOCH;
            Level::at(*budget, Some(now + duration(*full_in)), now).standing()
        });
        Some(Spent {
            standings: levels.collect(),
            wait: Some(duration(*wait)).filter(|wait| !wait.is_zero()),
        })
    }
}

impl Budgets for Shared {
    fn spend(&self, budgets: Vec<Budget>, points: u64) -> BoxFuture<'_, Result<Spent>> {
        async move {
            match self.spend_there(&budgets, points).await {
                Some(spent) => Ok(spent),
                None => self.own.spend(budgets, points).await,
            }
        }
        .boxed()
    }
}

fn key(holder: Holder) -> String {
    match holder {
        Holder::Token(id) => format!("samsyn:budget:token:{id}"),
        Holder::Organisation(id) => format!("samsyn:budget:organisation:{id}"),
        Holder::Address(Some(address)) => format!("samsyn:budget:address:{address}"),
        Holder::Address(None) => "samsyn:budget:address:unknown".to_owned(),
        Holder::Client(id) => format!("samsyn:budget:client:{id}"),
        Holder::Attempts(Some(address)) => format!("samsyn:budget:attempts:{address}"),
        Holder::Attempts(None) => "samsyn:budget:attempts:unknown".to_owned(),
        Holder::Logouts(Some(address)) => format!("samsyn:budget:logouts:{address}"),
        Holder::Logouts(None) => "samsyn:budget:logouts:unknown".to_owned(),
    }
}

fn full(budget: Budget) -> Level {
    Level::at(budget, None, DateTime::UNIX_EPOCH)
}

fn micros(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1e6)
}

fn duration(micros: f64) -> Duration {
    Duration::try_from_secs_f64(micros / 1e6).unwrap_or_default()
}
