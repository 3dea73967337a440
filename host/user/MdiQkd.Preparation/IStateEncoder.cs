using System.Threading.Channels;
using MdiQkd.Protocol;

namespace MdiQkd.Preparation;

/// <summary>
/// The modulator of a user node: prepares one state per slot. Emission is two-step, so that both users of a pair are ready
/// before either sends: <see cref="ArmAsync"/> loads a session, <see cref="EmitAsync"/> gives permission slot by slot.
/// </summary>
public interface IStateEncoder : IAsyncDisposable
{
    /// <summary>
    /// What was emitted so far. Reports are cumulative: a slow reader may miss earlier ones, never the newest. Completes,
    /// with a <see cref="StateEncoderException"/>, when the device is lost.
    /// </summary>
    ChannelReader<EncoderProgress> Progress { get; }

    /// <summary>Loads a session; nothing is emitted yet. A session that was armed before is stopped.</summary>
    /// <param name="light">What to emit.</param>
    /// <param name="stateKey">Key of <see cref="CounterStates"/>, 32 bytes; the device expands the same states.</param>
    /// <param name="ct">Cancels the wait; the session may then be armed all the same, and wants a stop.</param>
    /// <exception cref="StateEncoderException">Refused (the message says why) or device lost.</exception>
    Task ArmAsync(SessionLight light, ReadOnlyMemory<byte> stateKey, CancellationToken ct);

    /// <summary>Permission to emit the slots before <paramref name="untilSlot"/>; never taken back by a smaller value.</summary>
    /// <exception cref="StateEncoderException">Device lost.</exception>
    Task EmitAsync(SessionId session, long untilSlot, CancellationToken ct);

    /// <summary>Stops a session now; slots not yet emitted never will be. Unknown sessions are ignored.</summary>
    /// <exception cref="StateEncoderException">Device lost.</exception>
    Task StopAsync(SessionId session, CancellationToken ct);
}
