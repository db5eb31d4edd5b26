//! The inference thread: it owns burn's devices and the loaded networks for life.
//!
//! burn orders work by operating system thread, so no tensor crosses threads: work comes in as a
//! closure, plain numbers go out as parts, first the answer, then what explains it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::answer::DeviceInfo;
use super::device::{DeviceChoice, Runtime};
use super::error::InferenceError;
use super::status::DeviceStatus;
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake, panic_text};

/// How the engine is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Where to run.
    pub device: DeviceChoice,
    /// Part of the name of the graphics adapter to take, where one is taken; `None`:
    /// `WGPU_ADAPTER_NAME`, else the best.
    pub adapter: Option<String>,
    /// Threads of the processor backend.
    pub threads: usize,
}

impl EngineOptions {
    /// For a window: one core is left to it (measured: with one thread of two the window's frames
    /// stay short and the network is no slower).
    pub fn beside_a_window(device: DeviceChoice, adapter: Option<String>) -> Self {
        Self { device, adapter, threads: cores().saturating_sub(1).max(1) }
    }

    /// For the terminal: every core.
    pub fn alone(device: DeviceChoice) -> Self {
        Self { device, adapter: None, threads: cores() }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Where a piece of work puts its results, as they come.
pub struct Parts<P> {
    send: Box<dyn Fn(P) + Send + Sync>,
}

impl<P: 'static> Parts<P> {
    /// Hands one over; nobody may be listening any more, which is no error.
    pub fn send(&self, part: P) {
        (self.send)(part);
    }
}

/// Why a piece of work stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was asked to.
    Cancelled,
    /// It failed, and whoever asked was told so in a part.
    Told,
    /// On the graphics adapter, in a way that may be the adapter's fault: what it did wrong. Nobody was
    /// told yet; the processor tries.
    Adapter(String),
}

impl From<Cancelled> for Stopped {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What comes back from a question.
#[derive(Debug, PartialEq)]
pub enum Event<P> {
    /// A result; more may follow.
    Part(P),
    /// Nothing more follows.
    Ended(Outcome<()>),
}

/// Work handed to the engine. Dropping it asks the work to stop.
pub struct Question<P> {
    context: JobContext,
    events: Receiver<Event<P>>,
}

impl<P> Question<P> {
    /// Progress and cancel.
    pub fn context(&self) -> &JobContext {
        &self.context
    }

    /// The next event that has come, without waiting. After `Ended` there is nothing more.
    pub fn poll(&self) -> Option<Event<P>> {
        match self.events.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(gone()),
        }
    }

    /// The next event, waiting for it a tenth of a second: for the terminal, which looks for Ctrl+C
    /// in between.
    pub fn wait_a_moment(&self) -> Option<Event<P>> {
        match self.events.recv_timeout(Duration::from_millis(100)) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(gone()),
        }
    }
}

fn gone<P>() -> Event<P> {
    Event::Ended(Outcome::Failed(JobFailure {
        what: "inference".to_owned(),
        detail: "its thread is gone".to_owned(),
    }))
}

impl<P> Drop for Question<P> {
    fn drop(&mut self) {
        self.context.cancel();
    }
}

type Task = Box<dyn FnOnce(&mut Runtime, &Pool) + Send>;

/// Handle on the inference thread. Dropping it cancels what runs and what waits, and waits for the
/// thread to end.
///
/// The wait matters at the end of the program: drivers and allocators of C libraries tear themselves
/// down when `main` returns, and a thread that still uses them then corrupts the heap.
pub struct Engine {
    /// `None` once the engine is being dropped: the thread ends when nobody can ask any more.
    tasks: Option<SyncSender<Task>>,
    thread: Option<JoinHandle<()>>,
    /// Never carries anything; it breaks off when the thread is done.
    ended: Receiver<()>,
    work: Arc<Mutex<Work>>,
    status: DeviceStatus,
}

/// What the thread has in hand, for whoever wants it to stop.
#[derive(Default)]
struct Work {
    running: Option<JobContext>,
    closing: bool,
}

impl Work {
    /// Work begins; where the engine is being dropped it is cancelled before its first step.
    fn begin(&mut self, context: &JobContext) {
        if self.closing {
            context.cancel();
        }
        self.running = Some(context.clone());
    }

    fn close(&mut self) {
        self.closing = true;
        if let Some(context) = &self.running {
            context.cancel();
        }
    }
}

/// The longest wait for the thread: work looks for cancellation many times a second, but a driver
/// that hangs must not keep a window from closing. A thread that takes longer is left to itself.
const LONGEST_END: Duration = Duration::from_secs(3);

impl Drop for Engine {
    fn drop(&mut self) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).close();
        self.tasks = None;
        let ended = self.ended.recv_timeout(LONGEST_END) == Err(RecvTimeoutError::Disconnected);
        match self.thread.take() {
            Some(thread) if ended => {
                // Its panics were caught where they were made; what is left are destructors of the
                // thread's own, which are short.
                let _ = thread.join();
            }
            _ => tracing::warn!("the inference thread does not end; it is left to itself"),
        }
    }
}

/// A pool whose threads are waited for when it goes: rayon's own drop only asks them to end.
struct Pool {
    pool: Option<rayon::ThreadPool>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(threads: usize) -> Result<Self, InferenceError> {
        let mut handles = Vec::with_capacity(threads);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(|worker| {
                let name = format!("inference {}", worker.index());
                handles.push(std::thread::Builder::new().name(name).spawn(|| worker.run())?);
                Ok(())
            })
            .build()
            .map_err(|error| InferenceError::NoThread(error.to_string()))?;
        Ok(Self { pool: Some(pool), threads: handles })
    }

    fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.pool = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Questions that may wait for the thread; more than a person can ask.
const WAITING: usize = 64;

impl Engine {
    /// Starts the thread.
    /// - errors: a GPU was demanded and there is none, or the system has no more threads
    pub fn start(options: EngineOptions) -> Result<Self, InferenceError> {
        let threads = options.threads.max(1);
        Self::start_on(threads, move || Runtime::new(options.device, options.adapter.as_deref(), threads))
    }

    /// With the processor in the place of an adapter.
    /// - `weights`: those that it answers with in place of the built-in ones
    #[cfg(test)]
    pub(crate) fn with_pretended_gpu(weights: Option<crate::networks::weights::StateDict>) -> Self {
        Self::start_on(1, || Ok(Runtime::with_pretended_gpu(weights))).expect("a thread")
    }

    fn start_on(
        threads: usize,
        devices: impl FnOnce() -> Result<Runtime, InferenceError> + Send + 'static,
    ) -> Result<Self, InferenceError> {
        let no_thread = |error: &dyn std::fmt::Display| InferenceError::NoThread(error.to_string());
        let (tasks, waiting) = sync_channel::<Task>(WAITING);
        let (ready, started) = sync_channel(1);
        let (alive, ended) = sync_channel::<()>(0);
        let thread = std::thread::Builder::new()
            .name("inference".to_owned())
            .spawn(move || {
                // Declared first, so dropped last: after devices, networks and the pool's threads.
                let _alive = alive;
                // The processor backend works in this pool, so that the rest of the program keeps its own.
                let made = Pool::new(threads).and_then(|pool| Ok((pool, devices()?)));
                let (pool, mut runtime) = match made {
                    Ok(made) => made,
                    Err(error) => {
                        let _ = ready.send(Err(error));
                        return;
                    }
                };
                let _ = ready.send(Ok(runtime.status().clone()));
                while let Ok(task) = waiting.recv() {
                    task(&mut runtime, &pool);
                }
            })
            .map_err(|error| no_thread(&error))?;
        match started.recv().map_err(|error| no_thread(&error)).flatten() {
            Ok(status) => {
                Ok(Self { tasks: Some(tasks), thread: Some(thread), ended, work: Arc::default(), status })
            }
            Err(error) => {
                // It says nothing more and ends: destructors of its own are what is left of it.
                let _ = thread.join();
                Err(error)
            }
        }
    }

    /// The device that answers now: it changes when an adapter has been made ready, and when one fails.
    pub fn device(&self) -> DeviceInfo {
        self.status.current().clone()
    }

    /// What the user should be told of the devices, once.
    pub fn take_notices(&self) -> Vec<String> {
        self.status.take_notices()
    }

    /// Calls `wake` when [`Engine::device`] or [`Engine::take_notices`] have something new.
    pub fn watch(&self, wake: Wake) {
        self.status.watch(wake);
    }

    /// Hands work to the thread; it runs when what was asked before is done.
    ///
    /// Where the graphics adapter fails (a panic of its driver layer, or what the work reports as
    /// [`Stopped::Adapter`]) the same work runs again on the processor, so it must not have lasting
    /// effects of its own. Any other panic ends the work with a failure, and the engine goes on.
    /// - `name`: what is being done, for the failure's sentence
    pub fn submit<P: Send + 'static>(
        &self,
        name: &'static str,
        wake: Wake,
        work: impl Fn(&mut Runtime, &JobContext, &Parts<P>) -> Result<(), Stopped> + Send + Sync + 'static,
    ) -> Question<P> {
        let (send, events) = channel();
        let at_step = Arc::clone(&wake);
        let context = JobContext::new(move |_| at_step());
        let inner = context.clone();
        let (to_listener, at_part) = (send.clone(), Arc::clone(&wake));
        let parts = Parts {
            send: Box::new(move |part| {
                let _ = to_listener.send(Event::Part(part));
                at_part();
            }),
        };
        let ended = send.clone();
        let in_hand = Arc::clone(&self.work);
        let task: Task = Box::new(move |runtime, pool| {
            in_hand.lock().unwrap_or_else(PoisonError::into_inner).begin(&inner);
            let outcome = attempt(name, runtime, pool, &inner, &parts, &work);
            in_hand.lock().unwrap_or_else(PoisonError::into_inner).running = None;
            let _ = ended.send(Event::Ended(outcome));
            wake();
        });
        if self.tasks.as_ref().is_none_or(|tasks| tasks.try_send(task).is_err()) {
            let _ = send.send(Event::Ended(Outcome::Failed(JobFailure {
                what: name.to_owned(),
                detail: "the inference thread takes no more work".to_owned(),
            })));
        }
        Question { context, events }
    }
}

/// Runs the work on the device in use, and again on the processor where the adapter fails.
///
/// A panic on the adapter is the adapter's fault. An error or values that are no numbers may as well
/// come from the weights: the adapter is given up when the processor answers the same question, and
/// kept when it does not.
fn attempt<P: Send>(
    name: &'static str,
    runtime: &mut Runtime,
    pool: &Pool,
    ctx: &JobContext,
    parts: &Parts<P>,
    work: &(impl Fn(&mut Runtime, &JobContext, &Parts<P>) -> Result<(), Stopped> + Sync),
) -> Outcome<()> {
    let mut doubt: Option<String> = None;
    loop {
        if ctx.is_cancelled() {
            return Outcome::Cancelled;
        }
        runtime.begin(doubt.is_none());
        let on_gpu = runtime.on_gpu();
        let run = AssertUnwindSafe(|| {
            if on_gpu { work(runtime, ctx, parts) } else { pool.install(|| work(runtime, ctx, parts)) }
        });
        let failed = |detail| Outcome::Failed(JobFailure { what: name.to_owned(), detail });
        match catch_unwind(run) {
            Ok(Ok(())) => {
                if let Some(why) = doubt {
                    runtime.lose_gpu(&why);
                }
                return Outcome::Done(());
            }
            Ok(Err(Stopped::Cancelled)) => return Outcome::Cancelled,
            Ok(Err(Stopped::Told)) => return Outcome::Done(()),
            Ok(Err(Stopped::Adapter(why))) if on_gpu => doubt = Some(why),
            Ok(Err(Stopped::Adapter(why))) => return failed(why),
            Err(panic) if on_gpu => runtime.lose_gpu(&panic_text(&*panic)),
            Err(panic) => return failed(panic_text(&*panic)),
        }
    }
}

#[cfg(test)]
mod tests;
