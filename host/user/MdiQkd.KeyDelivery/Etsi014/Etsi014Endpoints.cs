using MdiQkd.KeyDelivery.Agreement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>Maps the REST interface of ETSI GS QKD 014 V1.1.1 into a web application.</summary>
public static class Etsi014Endpoints
{
    /// <summary>
    /// Maps status, enc_keys and dec_keys under /api/v1/keys, and everything that nothing else answers to a JSON 404. To be
    /// served with <see cref="MutualTls"/>; without a client certificate every answer is 401.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="agreement">Delivers the keys; stays the caller's.</param>
    /// <returns>The mapped endpoint, for conventions such as rate limits.</returns>
    public static IEndpointConventionBuilder MapEtsi014(this IEndpointRouteBuilder endpoints, KeyAgreement agreement)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(agreement);
        ILoggerFactory loggers = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>();
        Etsi014Server server = new(agreement, loggers.CreateLogger<Etsi014Server>());
        endpoints.MapFallback("{**path}", context => JsonReply.WriteAsync(context.Response, ApiError.NotFound));
        // One endpoint for all methods and resources: so the server itself writes 404 and 405, with a body.
        return endpoints.Map("/api/v1/keys/{sae}/{resource}", (RequestDelegate)server.HandleAsync);
    }
}
