//! More machines, by MPI, as in the book (p. 305): `mpirun -np 3 ch08 08_05`.
//!
//! Every process has the nets. The first one leads: it breeds, and writes the run. Each generation it sends all episodes to
//! the others; each plays its share and sends the scores back.

use super::players::{Job, Others, Players, Rules, Share};
use anyhow::{Context, Result, anyhow, ensure};
use mpi::Threading;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, Root, Source};
use std::sync::Arc;

/// The processes.
pub struct Cluster {
    world: SimpleCommunicator,
    /// MPI ends with it.
    _universe: Universe,
}

impl Cluster {
    /// The processes that `mpirun` started; `None` if there is only this one.
    ///
    /// # Errors
    /// MPI was started twice.
    pub fn join() -> Result<Option<Cluster>> {
        // Only the main thread calls MPI.
        let (universe, _) = mpi::initialize_with_threading(Threading::Funneled).context("MPI was started twice")?;
        let world = universe.world();
        Ok(if world.size() > 1 { Some(Cluster { world, _universe: universe }) } else { None })
    }

    /// Whether this is the first process.
    pub fn leads(&self) -> bool {
        self.world.rank() == 0
    }

    /// Plays what the leader sends, until it ends.
    ///
    /// # Errors
    /// The leader cannot be reached.
    pub fn follow(&self, players: &Players) -> Result<()> {
        let (number, machines) = (self.world.rank() as usize, self.world.size() as usize);
        loop {
            let message = self.broadcast(vec![]);
            if message.is_empty() {
                return Ok(());
            }
            let share = decoded(&message)
                .and_then(|jobs| players.share(&jobs, number, machines))
                .map_err(|error| format!("{error:#}"));
            let answer = postcard::to_allocvec(&share).context("cannot encode the scores")?;
            self.world.process_at_rank(0).send(&answer[..]);
        }
    }

    /// The leader's bytes, for all.
    fn broadcast(&self, mut message: Vec<u8>) -> Vec<u8> {
        let leader = self.world.process_at_rank(0);
        let mut length = message.len() as u64;
        leader.broadcast_into(&mut length);
        message.resize(length as usize, 0);
        if length > 0 {
            leader.broadcast_into(&mut message[..]);
        }
        message
    }
}

impl Others for Cluster {
    fn count(&self) -> usize {
        self.world.size() as usize - 1
    }

    fn send(&self, jobs: &[Job]) -> Result<()> {
        ensure!(!jobs.is_empty(), "there are no episodes to play");
        let jobs: Vec<Sent> = jobs.iter().map(|job| (job.controller.to_vec(), job.seed, job.rules)).collect();
        self.broadcast(postcard::to_allocvec(&jobs).context("cannot encode the episodes")?);
        Ok(())
    }

    fn receive(&self, number: usize) -> Result<Share> {
        let (answer, _) = self.world.process_at_rank(number as i32).receive_vec::<u8>();
        let share: Result<Share, String> = postcard::from_bytes(&answer).context("a machine's answer is damaged")?;
        share.map_err(|error| anyhow!("machine {number}: {error}"))
    }
}

/// An episode in a message: weights, seed, rules.
type Sent = (Vec<f32>, u64, Rules);

fn decoded(message: &[u8]) -> Result<Vec<Job>> {
    let jobs: Vec<Sent> = postcard::from_bytes(message).context("the leader's message is damaged")?;
    Ok(jobs.into_iter().map(|(weights, seed, rules)| Job { controller: Arc::new(weights), seed, rules }).collect())
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.leads() {
            self.broadcast(vec![]); // the others end, too
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "Cluster({} processes)", self.world.size())
    }
}
