using System.Runtime.InteropServices;

namespace MdiQkd.Cli.Commands;

/// <summary>Turns Ctrl-C, SIGTERM and SIGHUP into a cancellation, so that a command can clean up before it ends.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    internal Interruption()
    {
        registrations =
        [
            Register(PosixSignal.SIGINT, 2), Register(PosixSignal.SIGTERM, 15), Register(PosixSignal.SIGHUP, 1),
        ];
    }

    /// <summary>Cancelled on the first signal.</summary>
    internal CancellationToken Token => source.Token;

    /// <summary>Number of the signal that came, or 0.</summary>
    internal int Signal { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Signal = number;
        source.Cancel();
    });
}
