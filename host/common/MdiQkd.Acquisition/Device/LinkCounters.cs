namespace MdiQkd.Acquisition.Device;

/// <summary>What went over the link and what was wrong with it, since the session began.</summary>
/// <param name="FramesReceived">Sound frames.</param>
/// <param name="FramesRejected">Damaged, oversized or abandoned frames, runs of bytes that are no frame, messages out of range.</param>
/// <param name="FramesMissed">Frames of the board that never came, by their sequence numbers.</param>
/// <param name="DiscardedBytes">Bytes that were part of no sound frame.</param>
/// <param name="Repetitions">Requests sent again.</param>
/// <param name="StrayReplies">Replies to no open request: to one that was repeated, or given up.</param>
/// <param name="Reconnects">Times that the link was opened again.</param>
/// <param name="BlocksReceived">Tag blocks.</param>
/// <param name="BlocksLost">Tag blocks that never came, by their numbers.</param>
public sealed record LinkCounters(
    long FramesReceived,
    long FramesRejected,
    long FramesMissed,
    long DiscardedBytes,
    long Repetitions,
    long StrayReplies,
    long Reconnects,
    long BlocksReceived,
    long BlocksLost);
