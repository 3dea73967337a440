namespace MdiQkd.Wire;

/// <summary>What the time tagging does, one byte.</summary>
public enum CaptureState : byte
{
    /// <summary>Nothing.</summary>
    Idle = 0,

    /// <summary>Tags are captured and sent.</summary>
    Running = 1,

    /// <summary>The tagger is stopped; the last blocks wait for credit.</summary>
    Draining = 2,

    /// <summary>Ended by a fault.</summary>
    Faulted = 3,
}
