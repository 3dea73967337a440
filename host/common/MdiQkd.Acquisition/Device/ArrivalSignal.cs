using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace MdiQkd.Acquisition.Device;

/// <summary>
/// Wakes one waiting consumer, without allocation per wait. A signal that nobody waits for is kept: the next wait completes at
/// once.
/// </summary>
internal sealed class ArrivalSignal : IValueTaskSource
{
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> core = new() { RunContinuationsAsynchronously = true };
    private bool isSet;
    private bool isWaiting;

    /// <summary>Wakes the consumer. Any thread.</summary>
    public void Set()
    {
        lock (gate)
        {
            if (!isWaiting)
            {
                isSet = true;
                return;
            }

            isWaiting = false;
        }

        core.SetResult(true);
    }

    /// <summary>Waits for the next signal. One waiter at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (isSet)
            {
                isSet = false;
                return;
            }

            core.Reset();
            isWaiting = true;
        }

        using CancellationTokenRegistration registration = ct.UnsafeRegister(
            static (signal, token) => ((ArrivalSignal)signal!).Cancel(token), this);
        await new ValueTask(this, core.Version).ConfigureAwait(false);
    }

    void IValueTaskSource.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken ct)
    {
        lock (gate)
        {
            if (!isWaiting)
            {
                return;
            }

            isWaiting = false;
        }

        core.SetException(new OperationCanceledException(ct));
    }
}
