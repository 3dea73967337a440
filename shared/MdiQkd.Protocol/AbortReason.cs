namespace MdiQkd.Protocol;

/// <summary>
/// Why a block gave no key. A block that aborts destroys its bits on both sides. The values are carried between nodes and kept
/// in logs, hence written out; 1–19 are verdicts of the block's own data, 20–39 a peer or hub that broke a rule, 40– operations.
/// </summary>
public enum AbortReason
{
    /// <summary>Not aborted.</summary>
    None = 0,

    /// <summary>A count that the decoy bounds need is too small for any bound on single-photon pairs.</summary>
    TooFewCounts = 1,

    /// <summary>Error rate of the sifted Z bits above what the codes can correct.</summary>
    QberTooHigh = 2,

    /// <summary>Upper bound on the phase error rate reaches one half: nothing is secret.</summary>
    PhaseErrorTooHigh = 3,

    /// <summary>Reconciliation disclosed more than the block's cap on f allows.</summary>
    LeakAboveCap = 4,

    /// <summary>All bounds hold, but the key length comes out at less than one unit of 64 bits.</summary>
    NoKey = 5,

    /// <summary>The verification tags differ: the error pattern was wrong.</summary>
    VerificationFailed = 6,

    /// <summary>An authentication tag was wrong, or too many were.</summary>
    AuthenticationFailed = 20,

    /// <summary>The users hold different announcement lists.</summary>
    ListMismatch = 21,

    /// <summary>The users hold different block parameters.</summary>
    ParameterMismatch = 22,

    /// <summary>The users hold different labels, X bits, counts or z–z index lists.</summary>
    SiftingMismatch = 23,

    /// <summary>The users hold different codes, rounds, syndromes, leak tallies or key lengths.</summary>
    ReconciliationMismatch = 24,

    /// <summary>The hub announced what it may not: a slot out of order, never emitted, or not bound to the pair.</summary>
    HubRuleBroken = 25,

    /// <summary>The peer sent what the state of the block does not allow.</summary>
    PeerRuleBroken = 26,

    /// <summary>Connection to the hub lost, and not regained in time.</summary>
    HubLost = 40,

    /// <summary>The peer aborted; its own reason stands in its log.</summary>
    PeerAborted = 41,

    /// <summary>The record of prepared states or of the block did not survive a restart.</summary>
    StateLost = 42,

    /// <summary>The authentication pool is at its reserve.</summary>
    AuthenticationPoolLow = 43,

    /// <summary>A stage of the block took longer than its limit.</summary>
    TimedOut = 44,

    /// <summary>An operator or a shutdown ended the block.</summary>
    Cancelled = 45,
}
