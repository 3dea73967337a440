using System.Threading.Channels;

namespace MdiQkd.Hub;

/// <summary>
/// One thread of control over all of the hub's bookkeeping: sockets, station and decoders post their calls here and never touch
/// it themselves.
/// </summary>
internal sealed class HubLoop
{
    private readonly Channel<Action> calls = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger log;

    /// <summary>A loop that logs what a call throws and goes on: one bad message must not stop the other pairs.</summary>
    public HubLoop(ILogger log) => this.log = log;

    /// <summary>Completes when the receivers have taken most of what was sent; set by the service.</summary>
    public Func<Task> DrainAsync { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs calls until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await foreach (Action call in calls.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
#pragma warning disable CA1031 // whatever a peer made a handler throw, the hub goes on serving the others
                try
                {
                    call();
                }
                catch (Exception e)
                {
                    log.LogError(e, "a message could not be handled");
                }
#pragma warning restore CA1031
            }
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    /// <summary>Posts a call.</summary>
    public void Post(Action call) => calls.Writer.TryWrite(call);

    /// <summary>Posts a call and waits for it.</summary>
    /// <exception cref="OperationCanceledException">The loop has ended, or ended first.</exception>
    public Task CallAsync(Action call) => CallAsync(() =>
    {
        call();
        return true;
    });

    /// <summary>Posts a call and waits for its result.</summary>
    /// <exception cref="OperationCanceledException">The loop has ended, or ended first: who waited for ever would keep the hub from stopping.</exception>
    public async Task<T> CallAsync<T>(Func<T> call)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception e)
            {
                done.SetException(e);
                throw;
            }
        });
        await Task.WhenAny(done.Task, ended.Task).ConfigureAwait(false);
        return done.Task.IsCompleted ? await done.Task.ConfigureAwait(false) : throw new OperationCanceledException("the hub has stopped");
    }
}
