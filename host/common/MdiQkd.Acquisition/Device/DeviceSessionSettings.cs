namespace MdiQkd.Acquisition.Device;

/// <summary>Times and sizes of a session with a board; the defaults are those of WIRE.md, section 2.</summary>
/// <param name="ReplyTimeoutMs">Wait for a reply before the request is sent again, 1 to 60,000.</param>
/// <param name="SwitchTimeoutMs">The same for a move of the switch.</param>
/// <param name="SelfTestTimeoutMs">The same for the self-test.</param>
/// <param name="Repetitions">How often a request is sent again, 0 to 100.</param>
/// <param name="ConnectTimeoutMs">Longest wait for a TCP connection, 1 to 60,000.</param>
/// <param name="ReconnectMsMin">First wait before a lost link is opened again, 1 to 60,000; it doubles each time.</param>
/// <param name="ReconnectMsMax">Longest wait between two attempts.</param>
/// <param name="BlockBuffers">Tag blocks of 16 kB that the host may hold, a power of two, 2 to 1024: what the board may send ahead.</param>
public sealed record DeviceSessionSettings(
    int ReplyTimeoutMs = 500,
    int SwitchTimeoutMs = 3000,
    int SelfTestTimeoutMs = 10_000,
    int Repetitions = 5,
    int ConnectTimeoutMs = 2000,
    int ReconnectMsMin = 100,
    int ReconnectMsMax = 5000,
    int BlockBuffers = 64)
{
    private const int TimeMsMax = 60_000;

    /// <summary>What is wrong, with key, value and allowed range, or null.</summary>
    public string? Fault()
    {
        foreach ((string key, int value) in new[]
        {
            ("replyTimeoutMs", ReplyTimeoutMs), ("switchTimeoutMs", SwitchTimeoutMs), ("selfTestTimeoutMs", SelfTestTimeoutMs),
            ("connectTimeoutMs", ConnectTimeoutMs), ("reconnectMsMin", ReconnectMsMin), ("reconnectMsMax", ReconnectMsMax),
        })
        {
            if (value is < 1 or > TimeMsMax)
            {
                return $"{key} = {value} is outside 1..{TimeMsMax}";
            }
        }

        return Repetitions is < 0 or > 100 ? $"repetitions = {Repetitions} is outside 0..100"
            : BlockBuffers is < 2 or > 1024 || !System.Numerics.BitOperations.IsPow2(BlockBuffers)
                ? $"blockBuffers = {BlockBuffers}: a power of two in 2..1024 is needed"
            : ReconnectMsMax < ReconnectMsMin ? $"reconnectMsMax = {ReconnectMsMax} is below reconnectMsMin = {ReconnectMsMin}"
            : null;
    }
}
