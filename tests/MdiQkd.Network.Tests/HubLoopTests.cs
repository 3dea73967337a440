using MdiQkd.Hub;
using Microsoft.Extensions.Logging.Abstractions;

namespace MdiQkd.Network.Tests;

public sealed class HubLoopTests
{
    [Fact]
    public async Task A_call_that_the_loop_does_not_come_to_any_more_is_cancelled()
    {
        HubLoop loop = new(NullLogger.Instance);
        using CancellationTokenSource stopping = new();
        Task running = loop.RunAsync(stopping.Token);
        Assert.Equal(7, await loop.CallAsync(() => 7));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop.CallAsync(() => 7));
    }
}
