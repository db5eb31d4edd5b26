//! Interface.
