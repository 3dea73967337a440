namespace MdiQkd.Measurement.Feedback;

/// <summary>How the feedback of a session stands, for the operator.</summary>
public enum AlignmentCondition
{
    /// <summary>Feedback is switched off, or the session has no pilots.</summary>
    Off,

    /// <summary>The light is being aligned; nothing is announced.</summary>
    Aligning,

    /// <summary>Aligned and tracked.</summary>
    Aligned,

    /// <summary>No pilot light arrives from a user: fibre, laser or polarisation.</summary>
    NoLight,

    /// <summary>Light arrives, but the two users' photons do not interfere.</summary>
    NoInterference,

    /// <summary>An actuator would have to leave its range.</summary>
    OutOfRange,

    /// <summary>A node refuses an adjustment or does not answer.</summary>
    NoAnswer,

    /// <summary>Not aligned within the time limit, for none of the other reasons.</summary>
    NotConverged,

    /// <summary>An actuator's node answers, but the light does not follow; whose, and which, is in the detail as far as it is known.</summary>
    ActuatorStuck,
}
