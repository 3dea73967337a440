namespace MdiQkd.Acquisition;

/// <summary>Where time tags come from: a device session, a recording, a network stream.</summary>
public interface ITimeTagSource : IAsyncDisposable
{
    /// <summary>Why the source ended; <see cref="TimeTagError.None"/> while it runs and after a clean end.</summary>
    TimeTagError EndReason { get; }

    /// <summary>Refills the caller's block with the next stretch of time; a block may hold no tag and only move the watermark.</summary>
    /// <param name="block">Overwritten; its columns grow if the stretch needs it.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>False at the end: the block is empty then, and <see cref="EndReason"/> says whether the end was clean.</returns>
    ValueTask<bool> ReadAsync(TimeTagBlock block, CancellationToken ct);
}
