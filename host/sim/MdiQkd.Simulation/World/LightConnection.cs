using System.Globalization;
using System.Net.Sockets;

namespace MdiQkd.Simulation.World;

/// <summary>
/// The light through a switch that is not the laboratory's own: a virtual board tells at each change which user ports reach measurement
/// inputs 1 and 2, as a line <c>PORT PORT</c> in ASCII, 0 = none. Its end, or a line that is none, means dark. The newest connection counts.
/// </summary>
internal sealed class LightConnection(Socket socket, Laboratory laboratory)
{
    private const int LineMax = 64;

    /// <summary>Serves the connection until it ends.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        NetworkStream stream = new(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            await laboratory.PostAsync(() => laboratory.AttachLight(this), ct).ConfigureAwait(false);
            try
            {
                await ReadAsync(stream, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                laboratory.Log($"light: connection ended: {e.Message}");
            }

            await laboratory.PostAsync(() => laboratory.Illuminate(this, 0, 0), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(NetworkStream stream, CancellationToken ct)
    {
        byte[] buffer = new byte[LineMax];
        int held = 0;
        int got;
        while ((got = await stream.ReadAsync(buffer.AsMemory(held), ct).ConfigureAwait(false)) > 0)
        {
            held += got;
            int end;
            while ((end = buffer.AsSpan(0, held).IndexOf((byte)'\n')) >= 0)
            {
                if (!TryParse(buffer.AsSpan(0, end), out int port1, out int port2))
                {
                    laboratory.Log("light: a line that is not two port numbers");
                    return;
                }

                held -= end + 1;
                buffer.AsSpan(end + 1, held).CopyTo(buffer);
                await laboratory.PostAsync(() => laboratory.Illuminate(this, port1, port2), ct).ConfigureAwait(false);
            }

            if (held == buffer.Length)
            {
                laboratory.Log($"light: a line of more than {LineMax} bytes");
                return;
            }
        }
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out int port1, out int port2)
    {
        int space = line.IndexOf((byte)' ');
        port2 = 0;
        return int.TryParse(line[..Math.Max(space, 0)], NumberStyles.None, CultureInfo.InvariantCulture, out port1)
            && int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port2);
    }
}
