using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>Counters and measured values of a board since its start.</summary>
/// <param name="UptimeMs">Time since start.</param>
/// <param name="TemperatureC">Temperature; null without a thermometer.</param>
/// <param name="FreeMemoryBytes">Free memory.</param>
/// <param name="FifoHighWaterTags">Highest fill of the tagger's FIFO.</param>
/// <param name="BufferHighWater">Most block buffers in use at once.</param>
/// <param name="LongestLoopMs">Longest round of the main loop.</param>
/// <param name="ReferencePresent">Whether the reference clock was there when a capture or a self-test looked last; null on a board that
/// cannot tell.</param>
/// <param name="SelfTestPassed">Whether the last self-test passed; false before the first.</param>
/// <param name="LostTags">Tags lost.</param>
/// <param name="BlocksSent">Tag blocks sent.</param>
/// <param name="FramesReceived">Sound frames received.</param>
/// <param name="FramesRejected">Damaged frames and runs of bytes that are none.</param>
/// <param name="FramesMissed">Frames of the host that never came.</param>
/// <param name="DiscardedBytes">Bytes that were part of no sound frame.</param>
/// <param name="RepeatedRequests">Requests that came again.</param>
internal sealed record HealthReport(
    long UptimeMs, double? TemperatureC, uint FreeMemoryBytes, int FifoHighWaterTags, int BufferHighWater, int LongestLoopMs,
    bool? ReferencePresent, bool SelfTestPassed, long LostTags, uint BlocksSent, uint FramesReceived, uint FramesRejected,
    uint FramesMissed, long DiscardedBytes, uint RepeatedRequests)
{
    /// <summary>Asks a board.</summary>
    internal static async Task<HealthReport> AskAsync(DeviceSession session, CancellationToken ct)
    {
        HealthReply reply = await session.HealthAsync(ct).ConfigureAwait(false);
        bool canTell = session.Information.Capabilities.HasFlag(Capabilities.ReferenceMonitor);
        return new HealthReport(
            reply.UptimeMs, reply.HasTemperature ? reply.TemperatureMilliC / 1000.0 : null, reply.FreeMemoryBytes,
            reply.FifoHighWater, reply.BufferHighWater, reply.LoopMsMax, canTell ? reply.IsReferencePresent : null,
            reply.HasPassedSelfTest, reply.LostTags, reply.BlocksSent, reply.FramesReceived, reply.FramesRejected,
            reply.FramesMissed, reply.DiscardedBytes, reply.RepeatedRequests);
    }
}
