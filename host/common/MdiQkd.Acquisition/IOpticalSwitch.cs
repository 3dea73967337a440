namespace MdiQkd.Acquisition;

/// <summary>
/// Optical switch of a hub: connects two users to the two inputs of a Bell-state measurement. Break before make; every move is
/// verified by read-back. All members throw <see cref="OpticalSwitchException"/> when the switch does not do as told.
/// </summary>
public interface IOpticalSwitch : IAsyncDisposable
{
    /// <summary>
    /// Whether the switch may have left the position that it was told last: it moved by itself, or the link to it was lost, at which a
    /// board goes dark. Always false for a switch that cannot tell.
    /// </summary>
    bool MayHaveMoved => false;

    /// <summary>Connects user port A to measurement input 1 and user port B to input 2, and nothing else.</summary>
    /// <param name="userPortA">Switch port, from 1.</param>
    /// <param name="userPortB">Another switch port, from 1.</param>
    /// <param name="ct">Cancels; the state of the switch is then unknown until read back.</param>
    Task ConnectAsync(int userPortA, int userPortB, CancellationToken ct);

    /// <summary>Removes every connection: no light reaches the measurement.</summary>
    Task DarkAsync(CancellationToken ct);

    /// <summary>After a failure: acknowledges what the switch reported, so that it may be moved again, and removes every connection.</summary>
    Task ResetAsync(CancellationToken ct) => DarkAsync(ct);

    /// <summary>What the switch says is connected: the two user ports, or null if it is dark.</summary>
    Task<(int A, int B)?> ReadBackAsync(CancellationToken ct);
}
