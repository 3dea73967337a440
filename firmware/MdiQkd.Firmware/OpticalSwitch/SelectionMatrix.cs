using MdiQkd.Wire;

namespace MdiQkd.Firmware.OpticalSwitch;

/// <summary>
/// Which of N users can reach which of the two measurement inputs, and through which port of that input's switch unit. A pair
/// of users can be measured if one reaches input 1 and the other input 2.
/// </summary>
public sealed class SelectionMatrix
{
    private readonly byte[][] ports;

    /// <summary>Takes the fibre plan.</summary>
    /// <param name="users">Users, numbered from 1.</param>
    /// <param name="ports">
    /// Port of each user at each input, 0 = no fibre: [<see cref="WireProtocol.SwitchInputs"/>][users].
    /// </param>
    public SelectionMatrix(int users, byte[][] ports)
    {
        Users = users;
        this.ports = ports;
    }

    /// <summary>Users, numbered from 1.</summary>
    public int Users { get; }

    /// <summary>Finds the ports for a request.</summary>
    /// <param name="request">Routes as received.</param>
    /// <param name="target">Port of each input, 0 = dark; [<see cref="WireProtocol.SwitchInputs"/>].</param>
    /// <param name="users">User of each input, 0 = dark; [<see cref="WireProtocol.SwitchInputs"/>].</param>
    /// <param name="reason">Why not, if not.</param>
    /// <param name="detail">The value that the reason speaks of.</param>
    /// <returns>Whether the request can be carried out.</returns>
    public bool TryResolve(SwitchConnectRequest request, int[] target, byte[] users, out RefusalReason reason, out int detail)
    {
        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            target[i] = 0;
            users[i] = 0;
        }

        for (int i = 0; i < request.RouteCount; i++)
        {
            int input = request.Inputs[i];
            int user = request.Users[i];
            if (!IsPossible(input, user, users, out reason, out detail))
            {
                return false;
            }

            target[input - 1] = ports[input - 1][user - 1];
            users[input - 1] = (byte)user;
        }

        reason = RefusalReason.OutOfRange;
        detail = 0;
        return true;
    }

    private bool IsPossible(int input, int user, byte[] users, out RefusalReason reason, out int detail)
    {
        reason = RefusalReason.OutOfRange;
        detail = input;
        if (input < 1 || input > WireProtocol.SwitchInputs)
        {
            return false;
        }

        detail = user;
        if (user < 1 || user > Users)
        {
            return false;
        }

        if (users[input - 1] != 0)
        {
            reason = RefusalReason.TwoUsersOnOneInput;
            detail = input;
            return false;
        }

        for (int i = 0; i < WireProtocol.SwitchInputs; i++)
        {
            if (users[i] == user)
            {
                reason = RefusalReason.OneUserOnTwoInputs;
                return false;
            }
        }

        reason = RefusalReason.NotWired;
        return ports[input - 1][user - 1] != 0;
    }
}
