//! The inference thread: it owns burn's devices and the loaded networks for life.
//!
//! burn orders work by operating system thread, so no tensor crosses threads: work comes in as a
//! closure, plain numbers go out as parts, first the answer, then what explains it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, channel, sync_channel};
use std::time::Duration;

use super::device::{DeviceChoice, Runtime};
use super::error::InferenceError;
use crate::jobs::{Cancelled, JobContext, JobFailure, Outcome, Wake, panic_text};

/// How the engine is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Where to run.
    pub device: DeviceChoice,
    /// Threads of the processor backend.
    pub threads: usize,
}

impl EngineOptions {
    /// For a window: one core is left to it (measured: with one thread of two the window's frames
    /// stay short and the network is no slower).
    pub fn beside_a_window(device: DeviceChoice) -> Self {
        Self { device, threads: cores().saturating_sub(1).max(1) }
    }

    /// For the terminal: every core.
    pub fn alone(device: DeviceChoice) -> Self {
        Self { device, threads: cores() }
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

type Task = Box<dyn FnOnce(&mut Runtime, &rayon::ThreadPool) + Send>;

/// Handle on the inference thread. Dropping it ends the thread after the work in hand.
pub struct Engine {
    tasks: SyncSender<Task>,
}

/// Questions that may wait for the thread; more than a person can ask.
const WAITING: usize = 64;

impl Engine {
    /// Starts the thread.
    /// - errors: a GPU was demanded and there is none, or the system has no more threads
    pub fn start(options: EngineOptions) -> Result<Self, InferenceError> {
        let no_thread = |error: &dyn std::fmt::Display| InferenceError::NoThread(error.to_string());
        let (tasks, waiting) = sync_channel::<Task>(WAITING);
        let (ready, started) = sync_channel(1);
        let threads = options.threads.max(1);
        std::thread::Builder::new()
            .name("inference".to_owned())
            .spawn(move || {
                // The processor backend works in this pool, so that the rest of the program keeps its own.
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .thread_name(|n| format!("inference {n}"))
                    .build();
                let made = pool
                    .map_err(|error| InferenceError::NoThread(error.to_string()))
                    .and_then(|pool| Ok((Runtime::new(options.device, threads)?, pool)));
                let (mut runtime, pool) = match made {
                    Ok(made) => made,
                    Err(error) => {
                        let _ = ready.send(Err(error));
                        return;
                    }
                };
                let _ = ready.send(Ok(()));
                while let Ok(task) = waiting.recv() {
                    task(&mut runtime, &pool);
                }
            })
            .map_err(|error| no_thread(&error))?;
        started.recv().map_err(|error| no_thread(&error))??;
        Ok(Self { tasks })
    }

    /// Hands work to the thread; it runs when what was asked before is done.
    ///
    /// Where the graphics adapter fails (an error or a panic of its driver layer) the same work runs
    /// again on the processor, so it must not have lasting effects of its own. Any other panic ends
    /// the work with a failure, and the engine goes on.
    /// - `name`: what is being done, for the failure's sentence
    pub fn submit<P: Send + 'static>(
        &self,
        name: &'static str,
        wake: Wake,
        work: impl Fn(&mut Runtime, &JobContext, &Parts<P>) -> Result<(), Cancelled> + Send + Sync + 'static,
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
        let task: Task = Box::new(move |runtime, pool| {
            let outcome = attempt(name, runtime, pool, &inner, &parts, &work);
            let _ = ended.send(Event::Ended(outcome));
            wake();
        });
        if self.tasks.try_send(task).is_err() {
            let _ = send.send(Event::Ended(Outcome::Failed(JobFailure {
                what: name.to_owned(),
                detail: "the inference thread takes no more work".to_owned(),
            })));
        }
        Question { context, events }
    }
}

fn attempt<P: Send>(
    name: &'static str,
    runtime: &mut Runtime,
    pool: &rayon::ThreadPool,
    ctx: &JobContext,
    parts: &Parts<P>,
    work: &(impl Fn(&mut Runtime, &JobContext, &Parts<P>) -> Result<(), Cancelled> + Sync),
) -> Outcome<()> {
    loop {
        if ctx.is_cancelled() {
            return Outcome::Cancelled;
        }
        let on_gpu = runtime.on_gpu();
        let run = AssertUnwindSafe(|| {
            if on_gpu { work(runtime, ctx, parts) } else { pool.install(|| work(runtime, ctx, parts)) }
        });
        match catch_unwind(run) {
            Ok(Ok(())) => return Outcome::Done(()),
            Ok(Err(Cancelled)) => return Outcome::Cancelled,
            Err(panic) if on_gpu => runtime.lose_gpu(&panic_text(&*panic)),
            Err(panic) => {
                let detail = panic_text(&*panic);
                return Outcome::Failed(JobFailure { what: name.to_owned(), detail });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn engine() -> Engine {
        Engine::start(EngineOptions { device: DeviceChoice::Cpu, threads: 1 }).expect("a thread")
    }

    fn all<P: Send + 'static>(question: &Question<P>) -> (Vec<P>, Outcome<()>) {
        let mut parts = Vec::new();
        loop {
            match question.wait_a_moment() {
                Some(Event::Part(part)) => parts.push(part),
                Some(Event::Ended(outcome)) => return (parts, outcome),
                None => {}
            }
        }
    }

    #[test]
    fn parts_arrive_in_order_before_the_end_and_each_wakes() {
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        let wake: Wake = Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let question = engine().submit("counting", wake, |_, _, parts| {
            parts.send(1);
            parts.send(2);
            Ok(())
        });
        assert_eq!(all(&question), (vec![1, 2], Outcome::Done(())));
        assert!(woken.load(Ordering::Relaxed) >= 2);
    }

    #[test]
    fn the_engine_survives_a_panic_and_says_what_failed() {
        let engine = engine();
        let quiet: Wake = Arc::new(|| {});
        let question = engine.submit::<()>("a test", Arc::clone(&quiet), |_, _, _| panic!("on purpose"));
        let (_, Outcome::Failed(failure)) = all(&question) else { panic!("it must fail") };
        assert_eq!((failure.what.as_str(), failure.detail.as_str()), ("a test", "on purpose"));
        let question = engine.submit("the next", quiet, |runtime, _, parts| {
            parts.send(runtime.info().backend.clone());
            Ok(())
        });
        assert_eq!(all(&question), (vec!["flex".to_owned()], Outcome::Done(())));
    }

    #[test]
    fn a_cancelled_question_ends_as_cancelled_waiting_or_running() {
        let engine = engine();
        let quiet: Wake = Arc::new(|| {});
        let running = engine.submit::<()>("running", Arc::clone(&quiet), |_, ctx, _| {
            loop {
                ctx.check()?;
                std::thread::yield_now();
            }
        });
        let waiting = engine.submit("waiting", quiet, |_, _, parts| {
            parts.send(1);
            Ok(())
        });
        waiting.context().cancel();
        running.context().cancel();
        assert_eq!(all(&running), (vec![], Outcome::Cancelled));
        assert_eq!(all(&waiting), (vec![], Outcome::Cancelled));
    }

    #[test]
    fn an_adapter_that_fails_is_given_up_and_the_processor_answers_the_same_question() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let mut runtime = Runtime::with_pretended_gpu();
        let (send, answers) = channel();
        let parts = Parts { send: Box::new(move |part| send.send(part).expect("a listener")) };
        let ctx = JobContext::unobserved();
        let work = |runtime: &mut Runtime, _: &JobContext, parts: &Parts<String>| {
            assert!(!runtime.on_gpu(), "device lost");
            parts.send(runtime.info().backend.clone());
            Ok(())
        };
        assert!(runtime.on_gpu());
        assert_eq!(attempt("a question", &mut runtime, &pool, &ctx, &parts, &work), Outcome::Done(()));
        assert_eq!(answers.try_iter().collect::<Vec<_>>(), ["flex"]);
        let notices = runtime.take_notices();
        assert!(notices[0].contains("pretended") && notices[0].contains("processor"), "{notices:?}");
    }
}
